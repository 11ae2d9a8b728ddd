import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { LedgerUnderTest } from './ledger-under-test.ts';

/** Operations in a file that the gateways of one machine share. */
export async function openSqliteLedger(): Promise<LedgerUnderTest> {
  const dataDir = mkdtempSync(join(tmpdir(), 'changing-'));
  const file = join(dataDir, 'ledger.sqlite');
  /** As another process would. */
  const during = (begin: string, end: string) => async () => {
    const database = new DatabaseSync(file, { timeout: 2000 });
    database.exec(begin);
    return async () => {
      database.exec(end);
      database.close();
    };
  };
  return {
    settings: { dataDir },
    async stateOf(key) {
      const database = new DatabaseSync(file, { readOnly: true });
      try {
        const row = database.prepare('SELECT state FROM operation WHERE instr(scope, ?) > 0').get(`"${key}"`);
        return row?.state as string | undefined;
      } finally {
        database.close();
      }
    },
    holdWrites: during('BEGIN IMMEDIATE', 'ROLLBACK'),
    loseWrites: during('ALTER TABLE operation RENAME TO elsewhere', 'ALTER TABLE elsewhere RENAME TO operation'),
    async close() {
      rmSync(dataDir, { recursive: true });
    },
  };
}
