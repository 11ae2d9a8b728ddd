import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { openLedger } from '../../../src/ledger/sqlite/open-ledger.ts';
import { describeOperations, describeSharedOperations } from '../operations-contract.ts';

const folder = mkdtempSync(join(tmpdir(), 'ledger-'));
afterAll(() => rmSync(folder, { recursive: true }));

describeOperations('memory', () => (options) => openLedger({ ...options, directory: null }));

describeSharedOperations('a file', () => {
  const directory = mkdtempSync(join(folder, 'file-'));
  return (options) => openLedger({ ...options, directory });
});
