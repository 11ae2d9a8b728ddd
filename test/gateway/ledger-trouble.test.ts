import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startTestGateway, type TestGateway } from '../helpers/gateway.ts';
import { listPage } from '../helpers/list.ts';
import { startTestSandbox } from '../helpers/sandbox.ts';

let sandbox: Awaited<ReturnType<typeof startTestSandbox>>;
let gateway: TestGateway;
let folder: string;

beforeEach(async () => {
  sandbox = await startTestSandbox();
  folder = mkdtempSync(join(tmpdir(), 'ledger-'));
  gateway = await startTestGateway({ providers: sandbox.addresses, dataDir: folder });
});
afterEach(async () => {
  await gateway.stop();
  await sandbox.stop();
  rmSync(folder, { recursive: true });
});

describe('a ledger that cannot be read', () => {
  it('costs a list only what is in it, and operators are told', async () => {
    const other = new DatabaseSync(join(folder, 'ledger.sqlite'));
    other.exec('ALTER TABLE session RENAME TO elsewhere');
    const { nodes, sources } = await listPage(gateway, { first: 5 });
    other.close();
    expect(nodes).toHaveLength(5);
    expect(sources).toEqual([
      { provider: 'FLEX', state: 'OK', code: null },
      { provider: 'FLEXPRICE', state: 'FAILED', code: 'INTERNAL_SERVER_ERROR' },
      { provider: 'METEROID', state: 'OK', code: null },
    ]);
    expect(gateway.log.join('\n')).toContain('the ledger cannot be read');
  });
});
