// What can only be said of the image: run there, by `npm run test:image`.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

const home = new URL('../..', import.meta.url).pathname;
const manifest = JSON.parse(readFileSync(join(home, 'dist/manifest.json'), 'utf8'));

test('nobody is root here', () => {
  assert.notEqual(process.getuid(), 0);
});

test('what is served is what was built', () => {
  for (const [name, digest] of Object.entries(manifest)) {
    const found = createHash('sha256').update(readFileSync(join(home, 'dist', name))).digest('hex');
    assert.equal(found, digest, name);
  }
  assert.ok('main.js' in manifest);
});

test('the app cannot write to itself', () => {
  for (const path of ['dist', 'dist/main.js', 'public', 'package.json', 'node_modules']) {
    assert.throws(() => accessSync(join(home, path), constants.W_OK), /EACCES/, path);
  }
});

test('no development dependency came along', () => {
  assert.ok(existsSync(join(home, 'node_modules/@immutable-node/flags')));
  assert.ok(!existsSync(join(home, 'node_modules/@immutable-node/plain-lint')));
});

test('it serves, its own health check agrees, and it stops when told to', async (t) => {
  const env = { ...process.env, PORT: '3999' };
  const healthy = () => spawnSync(process.execPath, ['dist/healthcheck.js'], { cwd: home, env }).status;
  assert.equal(healthy(), 1, 'healthy before anything serves');

  const app = spawn(process.execPath, ['dist/main.js'], { cwd: home, env, stdio: ['ignore', 'pipe', 'inherit'] });
  t.after(() => app.kill('SIGKILL'));
  await once(app.stdout, 'data');
  assert.equal(healthy(), 0);

  app.kill('SIGTERM');
  const [code] = await once(app, 'exit');
  assert.equal(code, 0);
});
