import { execFile } from 'node:child_process';
import { appendFile, cp, mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';

const REPOSITORY = fileURLToPath(new URL('../../', import.meta.url));
const OUTPUTS = ['resolvers/generated/types.ts', 'docs/schema.graphql'] as const;

type Outcome = { code: number; stdout: string; stderr: string };

async function codegen(folder: string, ...args: readonly string[]): Promise<Outcome> {
  const child = promisify(execFile)(process.execPath, ['codegen.ts', ...args], { cwd: folder });
  return child.then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    (failure: Outcome) => ({ code: failure.code, stdout: failure.stdout, stderr: failure.stderr }),
  );
}

/** What codegen reads and writes, in a folder that goes away with the test. */
async function copyOfRepository(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'codegen-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  for (const path of ['codegen.ts', 'package.json', 'schema', ...OUTPUTS]) {
    await cp(join(REPOSITORY, path), join(folder, path), { recursive: true });
  }
  await symlink(join(REPOSITORY, 'node_modules'), join(folder, 'node_modules'));
  return folder;
}

const read = (folder: string): Promise<string[]> =>
  Promise.all(OUTPUTS.map((path) => readFile(join(folder, path), 'utf8')));

test('the generated files that are checked in match the schema', async () => {
  expect(await codegen(REPOSITORY, '--check')).toEqual({ code: 0, stdout: '', stderr: '' });
});

test('generating again gives the same files to the letter', async () => {
  const folder = await copyOfRepository();
  await codegen(folder);
  expect(await read(folder)).toEqual(await read(REPOSITORY));
});

test('a changed schema fails the check, which names the files and the command and writes nothing', async () => {
  const folder = await copyOfRepository();
  await appendFile(join(folder, 'schema/query.graphql'), '\nextend type Query { "More." more: Int }\n');
  const { code, stderr } = await codegen(folder, '--check');
  expect(code).toBe(1);
  for (const path of OUTPUTS) expect(stderr).toContain(`${path} does not match schema/: run \`npm run codegen\`.`);
  expect(await read(folder)).toEqual(await read(REPOSITORY));
});

test('a generated file that is missing or was edited fails the check until codegen has run', async () => {
  const folder = await copyOfRepository();
  await rm(join(folder, OUTPUTS[0]));
  await appendFile(join(folder, OUTPUTS[1]), '# mine\n');
  expect(await codegen(folder, '--check')).toMatchObject({ code: 1, stderr: expect.stringContaining(OUTPUTS[0]) });
  expect(await codegen(folder)).toMatchObject({ code: 0 });
  expect(await codegen(folder, '--check')).toMatchObject({ code: 0 });
  expect(await read(folder)).toEqual(await read(REPOSITORY));
});
