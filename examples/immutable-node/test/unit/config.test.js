import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readConfig } from '../../src/config.js';

test('without any variable the app stands alone', () => {
  const config = readConfig({});
  assert.deepEqual([config.port, config.postgres, config.redis, config.visits], [3000, null, null, true]);
});

test('an address has a default port', () => {
  const config = readConfig({ POSTGRES: 'postgres', REDIS: 'redis:6380' });
  assert.deepEqual(config.postgres, { host: 'postgres', port: 5432 });
  assert.deepEqual(config.redis, { host: 'redis', port: 6380 });
});

test('a port that is none is refused', () => {
  for (const PORT of ['http', '70000', '-1']) assert.throws(() => readConfig({ PORT }), /PORT is/);
});

test('an address that is none is refused', () => {
  assert.throws(() => readConfig({ REDIS: 'redis://redis' }), /REDIS is/);
});

test('a kill switch is on or off and nothing else', () => {
  assert.equal(readConfig({ FLAG_VISITS: 'off' }).visits, false);
  assert.throws(() => readConfig({ FLAG_VISITS: 'no' }), /FLAG_VISITS is "no"/);
});
