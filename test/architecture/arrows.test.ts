import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const PROJECT = fileURLToPath(new URL('../../', import.meta.url));

const importing = (specifier: string) => `import { x } from '${specifier}';\nexport const probe = x;\n`;

// Each room, and a room that it must not know.
const FORBIDDEN: [string, string][] = [
  ['src/checkout', '../upstream/index.ts'],
  ['src/telemetry', '../upstream/index.ts'],
  ['src/auth', '../server/index.ts'],
  ['src/auth', '../settings-reader.ts'],
  ['src/auth', '../redis/link.ts'],
  ['src/upstream', '../providers/registry.ts'],
  ['src/upstream', '../gateway.ts'],
  ['src/redis', '../cache/cache.ts'],
  ['src/redis', '../checkout/errors.ts'],
  ['src/cache', '../reading/index.ts'],
  ['src/cache', '../upstream/index.ts'],
  ['src/ledger', '../upstream/index.ts'],
  ['src/ledger', '../cache/cache.ts'],
  ['src/providers', '../reading/index.ts'],
  ['src/providers/flex', '../meteroid/index.ts'],
  ['src/providers/flex', '../made-up/index.ts'],
  ['src/providers/made-up', '../flex/wire.ts'],
  ['src/providers/flex', '../../reading/index.ts'],
  ['src/providers/flex', '../registry.ts'],
  ['src/reading', '../listing/connection.ts'],
  ['src/reading', '../providers/flex/index.ts'],
  ['src/reading', '../redis/link.ts'],
  ['src/listing', '../cache/cache.ts'],
  ['src/listing', '../../resolvers/query.ts'],
  ['src/changing', '../upstream/index.ts'],
  ['src/changing', '../live/broker.ts'],
  ['src/reading', '../live/broker.ts'],
  ['src/providers/flex', '../../live/signature.ts'],
  ['src/live', '../server/index.ts'],
  ['src/live', '../providers/registry.ts'],
  ['src/live', '../upstream/index.ts'],
  ['src/live', '../gateway.ts'],
  ['src/live', '../../resolvers/query.ts'],
  ['src/server', '../gateway.ts'],
  ['src/server', '../auth/authenticator.ts'],
  ['src/server', '../reading/index.ts'],
  ['src', './server/apollo.ts'],
  ['resolvers', '../src/providers/registry.ts'],
  ['resolvers', '../src/auth/authenticator.ts'],
  ['sandbox', '../src/checkout/money.ts'],
  ['sandbox/flex', '../../src/checkout/money.ts'],
  ['src/rate-limit', '../server/index.ts'],
  ['src/rate-limit', '../auth/authenticator.ts'],
  ['src/rate-limit', '../checkout/caller.ts'],
  ['src/rate-limit', '../settings-reader.ts'],
  ['src/checkout', '../rate-limit/rate.ts'],
  ['src/telemetry', '../rate-limit/rate.ts'],
  ['src/auth', '../rate-limit/rate.ts'],
  ['src/upstream', '../rate-limit/rate.ts'],
  ['src/redis', '../rate-limit/rate.ts'],
  ['src/cache', '../rate-limit/rate.ts'],
  ['src/ledger', '../rate-limit/rate.ts'],
  ['src/providers', '../rate-limit/rate.ts'],
  ['src/providers/flex', '../../rate-limit/rate.ts'],
  ['src/reading', '../rate-limit/rate.ts'],
  ['src/listing', '../rate-limit/rate.ts'],
  ['src/changing', '../rate-limit/rate.ts'],
  ['src/live', '../rate-limit/rate.ts'],
  ['src/server', '../rate-limit/rate.ts'],
  ['src/server/overload', '../../rate-limit/rate.ts'],
  ['src', './rate-limit/rate.ts'],
  ['src/start', '../rate-limit/rate.ts'],
  ['resolvers', '../src/rate-limit/rate.ts'],
  ['sandbox', '../src/rate-limit/rate.ts'],
];

const ALLOWED: [string, string][] = [
  ['src/telemetry', '../checkout/errors.ts'],
  ['src/auth', '../checkout/caller.ts'],
  ['src/auth', '../telemetry/log.ts'],
  ['src', './auth/authenticator.ts'],
  ['src/server', './auth-callers.ts'],
  ['src/providers/flex', '../../upstream/index.ts'],
  ['src/providers/flex', '../wire-types.ts'],
  ['src/providers/flex', './wire.ts'],
  ['src/cache', '../redis/link.ts'],
  ['src/reading', '../cache/cache.ts'],
  ['src/reading', '../checkout/provider.ts'],
  ['src/live', '../checkout/provider-event.ts'],
  ['src/live', '../ledger/inbox.ts'],
  ['src/live', '../reading/index.ts'],
  ['src', './server/index.ts'],
  ['src/rate-limit', '../redis/link.ts'],
  ['src/rate-limit', '../telemetry/log.ts'],
  ['resolvers', '../src/reading/index.ts'],
];

const fileOf = (kind: string, index: number, room: string) => `${room}/${kind}-${index}.ts`;

describe('the arrows between rooms run one way', () => {
  const folder = mkdtempSync(join(tmpdir(), 'arrows-'));
  /** The rule that each file breaks, by its path. */
  const broken = new Map<string, string>();

  // Files that could be in the rooms, under the project's own rules: one run of the linter looks at them all.
  beforeAll(async () => {
    for (const name of ['biome.json', '.gitignore']) cpSync(join(PROJECT, name), join(folder, name));
    symlinkSync(join(PROJECT, 'node_modules'), join(folder, 'node_modules'));
    const write = (path: string, code: string) => {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), code);
    };
    for (const [index, [room, specifier]] of FORBIDDEN.entries())
      write(fileOf('forbidden', index, room), importing(specifier));
    for (const [index, [room, specifier]] of ALLOWED.entries())
      write(fileOf('allowed', index, room), importing(specifier));
    const reading = 'export const port = process.env.PORT;\n';
    write('src/reading/environment.ts', reading);
    write('src/config.ts', importing('./rate-limit/rate.ts') + reading);
    write('src/gateway.ts', importing('./rate-limit/create-limiter.ts'));
    const report = await lint(folder);
    for (const { category, location } of report.diagnostics) broken.set(location.path, category);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each(FORBIDDEN.map(([room, specifier], index) => ({ room, specifier, index })))(
    '$room does not import $specifier',
    ({ room, index }) => {
      expect(broken.get(fileOf('forbidden', index, room))).toBe('lint/style/noRestrictedImports');
    },
  );

  it.each(ALLOWED.map(([room, specifier], index) => ({ room, specifier, index })))(
    '$room may import $specifier',
    ({ room, index }) => {
      expect(broken.get(fileOf('allowed', index, room))).toBeUndefined();
    },
  );

  it('and only the configuration reads the environment', () => {
    expect(broken.get('src/reading/environment.ts')).toBe('lint/style/noProcessEnv');
    expect(broken.get('src/config.ts')).toBeUndefined();
  });

  it('and rate limits are for gateway.ts and config.ts', () => {
    expect(broken.get('src/gateway.ts')).toBeUndefined();
    expect(broken.get('src/config.ts')).toBeUndefined();
  });
});

type Report = { diagnostics: { category: string; location: { path: string } }[] };

const lint = (cwd: string): Promise<Report> =>
  new Promise((resolve, reject) => {
    execFile(
      'biome',
      ['lint', '--reporter=json', '--max-diagnostics=none', '.'],
      { cwd, maxBuffer: 1e8 },
      (_error, stdout) => {
        try {
          resolve(JSON.parse(stdout) as Report);
        } catch (error) {
          reject(error);
        }
      },
    );
  });
