// What stripping types costs at the start: time until the gateway prints its address, with types stripped at every
// start and with the same files stripped beforehand. In the project's folder:
//   node docs/adr/measurements/start.mjs
import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROUNDS = 15;
const place = mkdtempSync(join(tmpdir(), 'start-'));
for (const kind of ['ts', 'js']) {
  for (const part of ['src', 'resolvers', 'schema', 'sandbox', 'package.json']) {
    cpSync(part, join(place, kind, part), { recursive: true });
  }
  symlinkSync(join(process.cwd(), 'node_modules'), join(place, kind, 'node_modules'));
}
const sources = readdirSync(join(place, 'js'), { recursive: true })
  .filter((file) => file.endsWith('.ts') && !file.includes('node_modules'))
  .map((file) => join(place, 'js', file));
const RELATIVE_IMPORT = /((?:from|import)\s*\(?\s*['"]\.[^'"]*)\.ts(['"])/g;
for (const file of sources) {
  const code = stripTypeScriptTypes(readFileSync(file, 'utf8')).replace(RELATIVE_IMPORT, '$1.js$2');
  writeFileSync(file.replace(/ts$/, 'js'), code);
  rmSync(file);
}

const CASES = [
  ['types stripped at the start', 'ts/src/main.ts', {}],
  ['stripped beforehand', 'js/src/main.js', {}],
  ['types stripped, compile cache', 'ts/src/main.ts', { NODE_COMPILE_CACHE: join(place, 'cache-ts') }],
  ['beforehand, compile cache', 'js/src/main.js', { NODE_COMPILE_CACHE: join(place, 'cache-js') }],
];
const SETTINGS = { PORT: '0', FLEX_API_KEY: 'fsk_test_start', FLEX_BASE_URL: 'http://127.0.0.1:9' };

function milliseconds(entry, more) {
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const env = { ...SETTINGS, ...more };
    const child = spawn(process.execPath, [join(place, entry)], { cwd: place, env });
    let output = '';
    let taken;
    const read = (text) => {
      output += text;
      if (taken !== undefined || !/http:\/\/(127|localhost)/.test(output)) return;
      taken = performance.now() - started;
      child.kill('SIGTERM');
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.on('exit', () => (taken === undefined ? reject(new Error(output)) : resolve(taken)));
  });
}

const taken = CASES.map(() => []);
for (let round = 0; round <= ROUNDS; round++) {
  for (const [index, [, entry, env]] of CASES.entries()) {
    const ms = await milliseconds(entry, env);
    // The first round fills the file system's and the compile caches.
    if (round > 0) taken[index].push(ms);
  }
}
for (const [index, [name]] of CASES.entries()) {
  const median = taken[index].toSorted((one, other) => one - other)[Math.floor(ROUNDS / 2)];
  process.stdout.write(`${name.padEnd(32)}${median.toFixed(0).padStart(6)} ms\n`);
}
process.stdout.write(`${sources.length} files of the project\n`);
rmSync(place, { recursive: true });
