import type { DatabaseSync } from 'node:sqlite';
import type { Ledger, LedgerAccounts } from '../ledger.ts';
import type { OwnSessionIndex } from '../session-index.ts';
import { openDatabase, placeOf } from './database.ts';
import { createSqliteInbox } from './inbox.ts';
import { createSqliteOperations } from './operations.ts';
import { createSqliteSessionIndex } from './session-index.ts';
import { createSqliteToldStates } from './told-states.ts';

type LedgerOptions = {
  /** The folder of the ledger's file, made when it is not there; null keeps everything in memory. */
  directory: string | null;
  accounts: LedgerAccounts;
  /** Epoch milliseconds. */
  now: () => number;
};

export type SqliteLedger = Ledger & { sessionIndex: OwnSessionIndex };

/**
 * Opens the ledger in a SQLite file, which several processes of one machine may share.
 * @throws LedgerError when folder or file cannot be used; its message is for the operator
 */
export async function openLedger({ directory, accounts, now }: LedgerOptions): Promise<SqliteLedger> {
  const place = placeOf(directory);
  const databases: DatabaseSync[] = [];
  const open = (synchronous: 'NORMAL' | 'FULL'): DatabaseSync => {
    const database = openDatabase(directory, synchronous);
    databases.push(database);
    return database;
  };
  const close = () => {
    for (const database of databases) if (database.isOpen) database.close();
  };
  try {
    // Two connections, because how safe a write is hangs on the connection: learning a session need not wait for the
    // disk. The first makes tables and accounts, which the first sync of the other covers, as it is one log.
    const sessionIndex = createSqliteSessionIndex({ database: open('NORMAL'), accounts, now, place });
    const synced = { database: open('FULL'), accounts, now, place };
    const operations = createSqliteOperations(synced);
    const inbox = createSqliteInbox(synced);
    // What was told would bear a loss; a third connection for it would not be worth its memory.
    const toldStates = createSqliteToldStates(synced);
    return { operations, inbox, toldStates, sessionIndex, close: async () => close() };
  } catch (error) {
    close();
    throw error;
  }
}
