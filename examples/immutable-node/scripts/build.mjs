// `npm run build`: what is served goes to dist/, with a manifest that says what every file is.
// The tests in the image hold the files against it.
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

rmSync('dist', { recursive: true, force: true });
mkdirSync('dist');
cpSync('src', 'dist', { recursive: true });

const manifest = {};
for (const name of readdirSync('dist').sort()) {
  manifest[name] = createHash('sha256').update(readFileSync(join('dist', name))).digest('hex');
}
writeFileSync(join('dist', 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);
console.log(`dist: ${Object.keys(manifest).join(' ')}`);
