import { execFile } from 'node:child_process';
import { describe, expect, it } from 'vitest';

/** What the linter says about a file that is not there, but could be. */
function lint(path: string, code: string): Promise<string> {
  return new Promise((resolve) => {
    const child = execFile('biome', ['lint', `--stdin-file-path=${path}`], (_error, stdout, stderr) =>
      resolve(stdout + stderr),
    );
    child.stdin?.end(code);
  });
}

const importing = (specifier: string) => `import { x } from '${specifier}';\nexport const probe = x;\n`;

// Each room, and a room that it must not know.
const FORBIDDEN: [string, string][] = [
  ['src/checkout', '../upstream/index.ts'],
  ['src/telemetry', '../upstream/index.ts'],
  ['src/upstream', '../providers/registry.ts'],
  ['src/upstream', '../gateway.ts'],
  ['src/ledger', '../upstream/index.ts'],
  ['src/providers', '../reading/index.ts'],
  ['src/providers/flex', '../meteroid/index.ts'],
  ['src/providers/flex', '../../reading/index.ts'],
  ['src/providers/flex', '../registry.ts'],
  ['src/reading', '../listing/connection.ts'],
  ['src/reading', '../providers/flex/index.ts'],
  ['src/listing', '../../resolvers/query.ts'],
  ['src/changing', '../upstream/index.ts'],
  ['src/server', '../gateway.ts'],
  ['src/server', '../reading/index.ts'],
  ['src', './server/apollo.ts'],
  ['resolvers', '../src/providers/registry.ts'],
  ['sandbox', '../src/checkout/money.ts'],
  ['sandbox/flex', '../../src/checkout/money.ts'],
];

const ALLOWED: [string, string][] = [
  ['src/telemetry', '../checkout/errors.ts'],
  ['src/providers/flex', '../../upstream/index.ts'],
  ['src/reading', '../checkout/provider.ts'],
  ['src', './server/index.ts'],
  ['resolvers', '../src/reading/index.ts'],
];

describe('the arrows between rooms run one way', () => {
  it.concurrent.each(FORBIDDEN)('%s does not import %s', async (room, specifier) => {
    expect(await lint(`${room}/probe.ts`, importing(specifier))).toContain('noRestrictedImports');
  });

  it.concurrent.each(ALLOWED)('%s may import %s', async (room, specifier) => {
    expect(await lint(`${room}/probe.ts`, importing(specifier))).not.toContain('noRestrictedImports');
  });

  it('and only the configuration reads the environment', async () => {
    const code = 'export const probe = process.env.FLEX_API_KEY;\n';
    expect(await lint('src/reading/probe.ts', code)).toContain('noProcessEnv');
    expect(await lint('src/config.ts', code)).not.toContain('noProcessEnv');
  });
});
