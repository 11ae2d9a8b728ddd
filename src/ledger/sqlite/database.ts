import { accessSync, chmodSync, closeSync, constants, existsSync, mkdirSync, openSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { BUSY_TIMEOUT_MS, toLedgerError } from './failure.ts';
import { checkOwner, migrate } from './migrations.ts';

const FILE = 'ledger.sqlite';

/** SQLITE_BUSY, and the end of a journal that another process has just removed (SQLITE_IOERR_DELETE_NOENT). */
const PASSING: ReadonlySet<number> = new Set([5, 5898]);
const MOST_ATTEMPTS = 5;
/** Milliseconds. */
const ATTEMPT_EVERY_MS = 100;

/** How the operator calls a ledger's database. */
export const placeOf = (directory: string | null): string =>
  directory === null ? 'the ledger in memory' : `DATA_DIR (${join(directory, FILE)})`;

/**
 * Opens the database with its tables up to date, and makes folder and file where they are not yet. Only the gateway's
 * own user may read them: what changes are made of is kept there, with names and addresses of customers, so the file is
 * as sensitive as the database of a shop.
 * @param directory null for a database that lives in memory, as long as the process
 * @param synchronous what a power cut may take: with NORMAL the last moments, with FULL nothing that was written
 * @throws LedgerError
 */
export function openDatabase(directory: string | null, synchronous: 'NORMAL' | 'FULL' = 'NORMAL'): DatabaseSync {
  const place = placeOf(directory);
  for (let attempt = 1; ; attempt++) {
    try {
      return openOnce(directory, synchronous, place);
    } catch (error) {
      if (!isPassing(error) || attempt === MOST_ATTEMPTS) throw toLedgerError(error, 'be opened', place);
      // Nothing else is to be done yet, and it is over in a moment.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ATTEMPT_EVERY_MS);
    }
  }
}

/** Another process opens the file for the first time at the same moment, and changes its journal. */
const isPassing = (error: unknown): boolean =>
  error instanceof Error && 'errcode' in error && PASSING.has(Number(error.errcode));

function openOnce(directory: string | null, synchronous: 'NORMAL' | 'FULL', place: string): DatabaseSync {
  const path = directory === null ? ':memory:' : preparePath(directory);
  const database = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS });
  try {
    checkOwner(database, place);
    // With the write-ahead log readers and a writer do not wait for each other. NORMAL syncs it at checkpoints only,
    // FULL with each write; a process that dies loses nothing either way.
    database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = ${synchronous}`);
    migrate(database, place);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** Not with `recursive`: where nothing can be made and the system says ENOENT, as below /proc, Node tries for ever. */
function makeFolder(path: string): void {
  const parent = dirname(path);
  if (parent !== path && !existsSync(parent)) makeFolder(parent);
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    // It may be there already, or have been made by another process in this moment.
    if (!isFolder(path)) throw error;
  }
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

/** The path of the file, which exists then and is nobody else's to read. */
function preparePath(directory: string): string {
  makeFolder(directory);
  const path = join(directory, FILE);
  const found = statSync(path, { throwIfNoEntry: false });
  if (found?.isFile()) {
    // Not by opening it: closing it again would end all locks that other connections of this process have on it.
    accessSync(path, constants.R_OK | constants.W_OK);
    if ((found.mode & 0o077) !== 0) chmodSync(path, 0o600);
  } else {
    // SQLite would make it readable for all, and gives its log the same mode.
    closeSync(openSync(path, 'a', 0o600));
  }
  return path;
}
