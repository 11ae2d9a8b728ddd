import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const require = createRequire(import.meta.url);

/** What Relay's runtime reads of a compiled operation. */
export type RelayRequest = { kind: 'Request'; params: { name: string; operationKind: string; text: string } };

type Way = { count: string; cursor: string };

/** What Relay's hooks read of a compiled fragment. */
export type RelayFragment = {
  kind: 'Fragment';
  metadata: {
    connection?: { count: string; cursor: string; direction: string; path: string[] }[];
    refetch?: {
      connection?: { forward: Way | null; backward: Way | null; path: string[] };
      fragmentPathInResult: string[];
      operation: RelayRequest;
      identifierInfo?: { identifierField: string; identifierQueryVariableName: string };
    };
  };
};

export type Compilation = {
  exitCode: number;
  /** Everything that the compiler said. */
  output: string;
  /** Names of the operations and fragments that it compiled, sorted. */
  artifacts: string[];
  operation(name: string): RelayRequest;
  fragment(name: string): RelayFragment;
  remove(): void;
};

/**
 * Runs Relay's compiler in a folder of its own.
 * @param schema SDL
 * @param modules source of JavaScript modules, by name: Relay wants what they define to be called after them
 */
export async function compileWithRelay(
  schema: string,
  modules: Readonly<Record<string, string>>,
): Promise<Compilation> {
  const folder = mkdtempSync(join(tmpdir(), 'relay-compiler-'));
  const generated = join(folder, 'generated');
  mkdirSync(join(folder, 'app'));
  mkdirSync(generated);
  writeFileSync(join(folder, 'schema.graphql'), schema);
  for (const [name, source] of Object.entries(modules)) writeFileSync(join(folder, 'app', `${name}.js`), source);
  // CommonJS, so that an artifact can be had with require.
  const config = { src: './app', schema: './schema.graphql', artifactDirectory: './generated', eagerEsModules: false };
  writeFileSync(join(folder, 'relay.config.json'), JSON.stringify({ ...config, language: 'javascript' }));
  return {
    ...(await run(folder)),
    artifacts: readdirSync(generated)
      .map((file) => file.replace(/\.graphql\.js$/, ''))
      .sort(),
    operation: (name) => require(join(generated, `${name}.graphql.js`)) as RelayRequest,
    fragment: (name) => require(join(generated, `${name}.graphql.js`)) as RelayFragment,
    remove: () => rmSync(folder, { recursive: true }),
  };
}

function run(folder: string): Promise<{ exitCode: number; output: string }> {
  // The package is nothing but the path of the binary for this machine, and its command a wrapper that starts it.
  const binary = require('relay-compiler') as string | null;
  if (binary === null) throw new Error('Expected a machine that relay-compiler has a binary for.');
  return new Promise((resolve, reject) => {
    // Watchman, where there is one, would be told of a folder that is gone a moment later.
    execFile(binary, ['--noWatchman', 'relay.config.json'], { cwd: folder }, (error, stdout, stderr) => {
      const exitCode = error ? error.code : 0;
      if (typeof exitCode === 'number') resolve({ exitCode, output: stdout + stderr });
      else reject(error);
    });
  });
}
