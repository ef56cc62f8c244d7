// `npm test`: every test file of a folder, a line per test for people and a JUnit file for prove.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';

const [folder, report] = process.argv.slice(2);
const files = readdirSync(folder).filter((name) => name.endsWith('.test.js')).sort();
if (files.length === 0) {
  console.error(`${folder} has no *.test.js: no test is no success`);
  process.exit(2);
}
mkdirSync(dirname(report), { recursive: true });
const reporters = [
  '--test-reporter=spec', '--test-reporter-destination=stdout',
  '--test-reporter=junit', `--test-reporter-destination=${report}`,
];
const paths = files.map((name) => join(folder, name));
const { status, signal } = spawnSync(process.execPath, ['--test', ...reporters, ...paths], { stdio: 'inherit' });
if (signal) console.error(`the tests were ended by ${signal}`);
process.exit(status ?? 1);
