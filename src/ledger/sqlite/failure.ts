import { LedgerError } from '../ledger.ts';

/** How long the index's writes wait for another process's, in milliseconds. Node stands still meanwhile. */
export const BUSY_TIMEOUT_MS = 200;

// By SQLite's primary result code, https://sqlite.org/rescode.html
const BUSY = 5;
const EXPECTED: ReadonlyMap<number, string> = new Map([
  [6, 'to be free of locks'],
  [8, 'to be a folder and a file that the gateway can write to'],
  [10, 'to be on a disk that can be read and written'],
  [11, 'to hold an undamaged database'],
  [13, 'to be on a disk with room left'],
  [14, 'to be a folder in which the gateway can make files'],
  [26, "to hold the gateway's own SQLite database"],
]);

type SqliteError = Error & { errcode: number; errstr: string };

/**
 * A failure of the database or the file system in words for the operator; anything else is a bug and stays as it is.
 * SQLite's own words hold names of tables, never values.
 * @param task what the ledger was to do, after "cannot"
 * @param place how the operator calls the database
 * @param waitedMs how long another process's writing was waited for
 */
export function toLedgerError(error: unknown, task: string, place: string, waitedMs = BUSY_TIMEOUT_MS): unknown {
  if (!(error instanceof Error) || error instanceof LedgerError || !('code' in error)) return error;
  const because = (expected: string, got: string) =>
    new LedgerError(`The ledger cannot ${task}: expected ${place} ${expected}, got: ${got}.`);
  if (isSqliteError(error)) {
    const expected = isBusy(error)
      ? `to be free of another process's writing within ${waitedMs} ms`
      : (EXPECTED.get(error.errcode & 0xff) ?? 'to work as a database');
    const detail = error.message === error.errstr ? '' : `, ${error.message}`;
    return because(expected, `${error.errstr}${detail} (SQLite ${error.errcode})`);
  }
  if (error.code === 'ERR_INVALID_STATE') return because('to be open', error.message);
  if ('errno' in error) return because('to be a folder that the gateway can make or write to', error.message);
  return error;
}

/** Whether another process is writing just now, which will be over. */
export const isBusy = (error: unknown): boolean =>
  error instanceof Error && isSqliteError(error) && (error.errcode & 0xff) === BUSY;

const isSqliteError = (error: Error): error is SqliteError =>
  'errcode' in error && typeof error.errcode === 'number' && 'errstr' in error && typeof error.errstr === 'string';
