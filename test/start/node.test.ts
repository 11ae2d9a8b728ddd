import { execFile } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { env, execPath } from 'node:process';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';

const PROJECT = fileURLToPath(new URL('../../', import.meta.url));

type Ended = { code: unknown; output: string };

const npm = (args: string[], cwd: string, settings: Record<string, string> = {}): Promise<Ended> =>
  new Promise((resolve) => {
    execFile('npm', args, { cwd, env: { PATH: env.PATH, HOME: env.HOME, ...settings } }, (error, out, err) =>
      resolve({ code: error?.code ?? 0, output: out + err }),
    );
  });

/** A folder with a `node` that says it is of this version, as a machine's own may be. */
function folderWithNode(version: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'node-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const versions = `Object.defineProperty(process, "versions", { value: { ...process.versions, node: "${version}" } })`;
  const path = join(folder, 'node');
  writeFileSync(
    path,
    `#!/bin/sh\nexec '${execPath}' --import 'data:text/javascript,${encodeURIComponent(versions)}' "$@"\n`,
  );
  chmodSync(path, 0o755);
  return folder;
}

/** The project as npm sees it, with nothing installed, and a gateway that says that it starts. */
function bareProject(): string {
  const folder = mkdtempSync(join(tmpdir(), 'bare-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  cpSync(join(PROJECT, 'package.json'), join(folder, 'package.json'));
  cpSync(join(PROJECT, 'scripts'), join(folder, 'scripts'), { recursive: true });
  mkdirSync(join(folder, 'src'));
  writeFileSync(join(folder, 'src/main.ts'), "console.log('starts' as string);\n");
  return folder;
}

const startWith = (version: string) =>
  npm(['start'], bareProject(), { PATH: [folderWithNode(version), env.PATH].join(delimiter) });

test.each(['20.20.2', '23.11.0'])(
  'npm start with Node %s says what it expected, what came and what to do',
  async (version) => {
    const { code, output } = await startWith(version);
    expect(code).toBe(1);
    expect(output).toContain(`expected Node 24 or newer, got ${version}. Run npm ci`);
    expect(output).not.toContain('starts\n');
    expect(output).not.toMatch(/\n\s+at /);
  },
);

test.each(['24.0.0', '26.1.0'])('npm start with Node %s starts', async (version) => {
  const { code, output } = await startWith(version);
  expect({ code, output }).toMatchObject({ code: 0, output: expect.stringContaining('starts\n') });
});

test('an installation for production has the Node that the gateway runs on', async () => {
  expect(await npm(['ls', 'node'], PROJECT, { NODE_ENV: 'production' })).toMatchObject({
    code: 0,
    output: expect.stringContaining('node@'),
  });
});
