import type { Ledger, LedgerAccounts } from '../ledger.ts';
import { openDatabase, placeOf } from './database.ts';
import { createSqliteSessionIndex } from './session-index.ts';

type LedgerOptions = {
  /** The folder of the ledger's file, made when it is not there; null keeps everything in memory. */
  directory: string | null;
  accounts: LedgerAccounts;
  /** Epoch milliseconds. */
  now: () => number;
};

/**
 * Opens the ledger in a SQLite file, which several processes of one machine may share.
 * @throws LedgerError when folder or file cannot be used; its message is for the operator
 */
export async function openLedger({ directory, accounts, now }: LedgerOptions): Promise<Ledger> {
  const database = openDatabase(directory);
  try {
    const sessionIndex = createSqliteSessionIndex({ database, accounts, now, place: placeOf(directory) });
    return {
      sessionIndex,
      async close() {
        if (database.isOpen) database.close();
      },
    };
  } catch (error) {
    database.close();
    throw error;
  }
}
