#!/usr/bin/env node
// Checks that every JavaScript file parses and keeps a few rules; a finding is an exit code of 1.
import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const rules = [
  { pattern: /\t/, says: 'tab: indent with spaces' },
  { pattern: /[ \t]+$/, says: 'space at the end of the line' },
  { pattern: /\bdebugger\b/, says: 'debugger left behind' },
  { pattern: /\bvar\s/, says: 'var: use const or let' },
  { pattern: /[^=!]==[^=]/, says: '==: use ===' },
  { pattern: /^.{121,}$/, says: 'longer than 120 characters' },
];

function* sources(path) {
  if (statSync(path).isDirectory()) {
    for (const name of readdirSync(path).sort()) yield* sources(join(path, name));
  } else if (/\.m?js$/.test(path)) {
    yield path;
  }
}

function findings(path) {
  const parsed = spawnSync(process.execPath, ['--check', path], { encoding: 'utf8' });
  if (parsed.status !== 0) return [`${path}: does not parse\n${parsed.stderr}`];
  return readFileSync(path, 'utf8').split('\n').flatMap((line, index) =>
    rules.filter((rule) => rule.pattern.test(line)).map((rule) => `${path}:${index + 1}: ${rule.says}`));
}

const files = process.argv.slice(2).flatMap((path) => [...sources(path)]);
if (files.length === 0) {
  console.error('plain-lint: no JavaScript file found; nothing checked is nothing proved');
  process.exit(2);
}
const all = files.flatMap(findings);
all.forEach((finding) => console.error(finding));
console.log(`${files.length} files, ${all.length} findings`);
process.exit(all.length === 0 ? 0 : 1);
