// The web app: a page, a counter, and what an orchestrator asks.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';

const page = readFileSync(new URL('../public/index.html', import.meta.url), 'utf8');

function send(response, status, body, type = 'application/json; charset=utf-8') {
  const text = typeof body === 'string' ? body : `${JSON.stringify(body)}\n`;
  response.writeHead(status, {
    'content-type': type,
    'content-length': Buffer.byteLength(text),
    'x-content-type-options': 'nosniff',
  });
  response.end(text);
}

/** @returns {Record<string, (response: import('node:http').ServerResponse) => unknown>} */
function routes({ config, store }) {
  return {
    'GET /': (response) => send(response, 200, page, 'text/html; charset=utf-8'),
    'GET /health': (response) => send(response, 200, { status: 'ok', version: config.version }),
    'GET /ready': async (response) => {
      await store.ready();
      send(response, 200, { status: 'ready' });
    },
    'POST /visits': async (response) => {
      if (!config.visits) return send(response, 503, { error: 'counting is switched off' });
      send(response, 200, { visits: await store.visit() });
    },
  };
}

/** An HTTP server that does not listen yet. */
export function createApp(parts) {
  const table = routes(parts);
  return createServer(async (request, response) => {
    const path = new URL(request.url, 'http://localhost').pathname;
    const route = table[`${request.method} ${path}`];
    if (route === undefined) return send(response, 404, { error: `no ${request.method} ${path} here` });
    try {
      await route(response);
    } catch (error) {
      console.error(JSON.stringify({ event: 'error', path, message: error.message }));
      send(response, 503, { error: 'a service behind this one does not answer' });
    }
  });
}
