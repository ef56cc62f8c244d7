import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { createStore } from '../../src/store.js';

// A server on a free port that gives every client this answer; gone when the test is over.
async function answering(t, answer) {
  const server = createServer((socket) => socket.on('error', () => {}).once('data', () => socket.end(answer)));
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  return { host: '127.0.0.1', port: server.address().port };
}

test('a visit is what redis counts', async (t) => {
  const store = createStore({ redis: await answering(t, ':42\r\n'), postgres: null });
  assert.equal(await store.visit(), 42);
});

test('an error of redis is an error', async (t) => {
  const store = createStore({ redis: await answering(t, '-NOAUTH no\r\n'), postgres: null });
  await assert.rejects(store.visit(), /NOAUTH/);
});

test('ready when both answer', async (t) => {
  const store = createStore({ redis: await answering(t, '+PONG\r\n'), postgres: await answering(t, 'N') });
  await store.ready();
});

test('not ready when something else sits on the port of postgres', async (t) => {
  const store = createStore({ redis: null, postgres: await answering(t, 'HTTP/1.1 400') });
  await assert.rejects(store.ready(), /not a Postgres server/);
});

test('not ready when nobody is there', async (t) => {
  const address = await answering(t, 'N');
  const store = createStore({ redis: null, postgres: { ...address, port: 1 } });
  await assert.rejects(store.ready(), /127\.0\.0\.1:1/);
});

test('not ready when the other side hangs up', async (t) => {
  const store = createStore({ redis: null, postgres: await answering(t, '') });
  await assert.rejects(store.ready(), /closed without an answer/);
});
