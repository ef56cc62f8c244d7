import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createApp } from '../../src/app.js';
import { readConfig } from '../../src/config.js';
import { createStore } from '../../src/store.js';

let base;
let server;

before(async () => {
  const config = readConfig({});
  server = createApp({ config, store: createStore(config) });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${server.address().port}`;
});

after(() => server.close());

test('the page is served', async () => {
  const response = await fetch(base);
  assert.equal(response.status, 200);
  assert.match(await response.text(), /<h1>Built once/);
});

test('health says which version answers', async () => {
  const body = await (await fetch(`${base}/health`)).json();
  assert.equal(body.status, 'ok');
  assert.match(body.version, /^\d+\.\d+\.\d+$/);
});

test('a visit is counted', async () => {
  const first = await (await fetch(`${base}/visits`, { method: 'POST' })).json();
  const second = await (await fetch(`${base}/visits`, { method: 'POST' })).json();
  assert.equal(second.visits, first.visits + 1);
});

test('what is not there is a 404', async () => {
  assert.equal((await fetch(`${base}/nothing`)).status, 404);
});

test('a method that is not there is a 404', async () => {
  assert.equal((await fetch(`${base}/visits`)).status, 404);
});
