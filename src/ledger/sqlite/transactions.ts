import type { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { isBusy, toLedgerError } from './failure.ts';

/** Milliseconds until a database that another process writes to is tried again. */
const PAUSE_MS = 10;
const MOST_PAUSES = 100;

/** What is done to a database, with the words for the operator when it fails. */
export type Transactions = {
  read<T>(task: string, work: () => T): Promise<T>;
  /** All of the work is written, or nothing. It may be begun several times, and must not wait for anything. */
  write<T>(task: string, work: () => T): Promise<T>;
};

/**
 * Transactions that wait for other processes' without Node standing still, and longer than SQLite's own waiting could
 * be: who keeps writing holds the lock nearly always while each write is synced, and many tries find a gap.
 * @param place how the operator calls the database
 */
export function createTransactions(database: DatabaseSync, place: string): Transactions {
  database.exec('PRAGMA busy_timeout = 0');

  /** @throws LedgerError for whatever the database throws */
  async function patiently<T>(task: string, work: () => T): Promise<T> {
    for (let pauses = 0; ; pauses++) {
      try {
        return work();
      } catch (error) {
        if (!isBusy(error) || pauses === MOST_PAUSES) {
          throw toLedgerError(error, task, place, MOST_PAUSES * PAUSE_MS);
        }
      }
      await sleep(PAUSE_MS);
    }
  }

  return {
    read: patiently,
    write: (task, work) => patiently(task, () => atomically(database, work)),
  };
}

function atomically<T>(database: DatabaseSync, work: () => T): T {
  database.exec('BEGIN IMMEDIATE');
  try {
    const value = work();
    database.exec('COMMIT');
    return value;
  } catch (error) {
    // After some failures, such as a full disk, SQLite has rolled back by itself.
    if (database.isOpen && database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}
