// The services behind the app, spoken to in their own protocols: enough of Redis to count, enough
// of Postgres to know that it answers.
import { connect } from 'node:net';

const PATIENCE_MS = 1000;

/** Sends bytes and gives the first answer, or throws: refused, silent, or closed. */
function ask({ host, port }, bytes) {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port });
    const fail = (error) => {
      socket.destroy();
      reject(new Error(`${host}:${port}: ${error.message}`));
    };
    socket.setTimeout(PATIENCE_MS, () => fail(new Error(`no answer within ${PATIENCE_MS} ms`)));
    socket.once('error', fail);
    socket.once('close', () => reject(new Error(`${host}:${port}: closed without an answer`)));
    socket.once('connect', () => socket.write(bytes));
    socket.once('data', (data) => {
      resolve(data);
      socket.destroy();
    });
  });
}

async function redis(address, command) {
  const answer = (await ask(address, `${command}\r\n`)).toString('utf8');
  if (answer.startsWith('-')) throw new Error(`redis: ${answer.slice(1).trim()}`);
  return answer.slice(1).trim();
}

// SSLRequest is the one message that a Postgres server answers before anybody has logged in: by a
// single S or N.
async function postgresAnswers(address) {
  const request = Buffer.from([0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f]);
  const answer = (await ask(address, request)).toString('latin1');
  if (answer !== 'S' && answer !== 'N') throw new Error(`not a Postgres server: ${JSON.stringify(answer)}`);
}

/** @param {ReturnType<import('./config.js').readConfig>} config */
export function createStore(config) {
  let counted = 0;
  return {
    /** How many visits there have been, this one included. */
    async visit() {
      if (config.redis === null) return ++counted;
      return Number(await redis(config.redis, 'INCR visits'));
    },

    /** Throws when a service that is configured does not answer. */
    async ready() {
      if (config.redis !== null) await redis(config.redis, 'PING');
      if (config.postgres !== null) await postgresAnswers(config.postgres);
    },
  };
}
