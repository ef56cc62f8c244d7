// Configuration: all of it from the environment, wrong values refused before anything is served.
import { readFileSync } from 'node:fs';
import { isOn } from '@immutable-node/flags';

const own = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));

/** @param {Record<string, string | undefined>} env */
export function readConfig(env) {
  return {
    version: own.version,
    port: readPort(env.PORT ?? '3000'),
    postgres: readAddress('POSTGRES', env.POSTGRES, 5432),
    redis: readAddress('REDIS', env.REDIS, 6379),
    visits: isOn('VISITS', { fallback: true, env }),
  };
}

function readPort(text) {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65535) throw new Error(`PORT is "${text}"; it must be 0 to 65535`);
  return port;
}

// `host` or `host:port`; nothing at all means that the service is not used.
function readAddress(name, text, port) {
  if (text === undefined || text === '') return null;
  const match = /^([A-Za-z0-9.-]+)(?::(\d+))?$/.exec(text);
  if (!match) throw new Error(`${name} is "${text}"; it must be host or host:port`);
  return { host: match[1], port: match[2] ? readPort(match[2]) : port };
}
