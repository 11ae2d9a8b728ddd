import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, describe, expect, it } from 'vitest';
import type { Operations } from '../../../src/ledger/operations.ts';
import { openDatabase, placeOf } from '../../../src/ledger/sqlite/database.ts';
import { createSqliteOperations } from '../../../src/ledger/sqlite/operations.ts';
import { createClock, LEASE_MS, leaseOf, newOperation, scopeOf, started } from '../operations/harness.ts';

const folder = mkdtempSync(join(tmpdir(), 'ledger-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Operations whose connection the test holds too. */
function operationsInTrouble() {
  const directory = mkdtempSync(join(folder, 'trouble-'));
  const database = openDatabase(directory, 'FULL');
  const clock = createClock();
  const operations = createSqliteOperations({
    database,
    accounts: { FLEXPRICE: 'one' },
    now: clock.now,
    place: placeOf(directory),
  });
  return { directory, database, operations, ...clock };
}

/** All that the database holds of operations. */
const rowsOf = (database: DatabaseSync): unknown[] =>
  ['operation', 'claim'].map((table) => database.prepare(`SELECT * FROM ${table}`).all());

const other = newOperation({ scope: scopeOf({ idempotencyKey: 'order-2' }) });
const LONG = JSON.stringify('x'.repeat(200_000));

/** Everything that writes, each of which would have something to write. */
const writes = (operations: Operations, id: string): [string, () => Promise<unknown>][] => [
  ['begin an operation', () => operations.begin({ ...other, change: LONG }, leaseOf('b'))],
  ['finish an operation', () => operations.finish(id, 'a', 'SUCCEEDED', LONG)],
  ['renew a lease', () => operations.renew(id, leaseOf('a'))],
  ['take operations that were left', () => operations.takeLeft(leaseOf('b'), 10)],
  ['note where a session comes from', () => operations.claim('FLEXPRICE', 'cs_1', id)],
];

describe('operations in trouble fail and change nothing', () => {
  it('a full disk, until there is room again', async () => {
    const { database, operations } = operationsInTrouble();
    const id = await started(operations);
    const { page_count: pages } = database.prepare('PRAGMA page_count').get() ?? {};
    database.exec(`PRAGMA max_page_count = ${Number(pages) + 3}`);
    const before = rowsOf(database);
    for (const [task, attempt] of writes(operations, id).slice(0, 2)) {
      const message = new RegExp(
        `^The ledger cannot ${task}: expected DATA_DIR \\(.+\\) to be on a disk with room left, got: database or disk is ` +
          'full \\(SQLite 13\\)\\.$',
      );
      await expect(attempt()).rejects.toMatchObject({ name: 'LedgerError', message: expect.stringMatching(message) });
      expect(rowsOf(database)).toEqual(before);
      expect(database.isTransaction).toBe(false);
    }
    expect((await operations.begin(newOperation(), leaseOf('b'))).is).toBe('BUSY');
    database.exec('PRAGMA max_page_count = 100000');
    for (const [, attempt] of writes(operations, id)) await attempt();
    expect(await operations.find('shop', 'order-1')).toMatchObject({ state: 'SUCCEEDED', result: LONG });
    expect(await operations.find('shop', 'order-2')).toMatchObject({ state: 'IN_PROGRESS', change: LONG });
    expect(database.prepare('PRAGMA integrity_check').all()).toEqual([{ integrity_check: 'ok' }]);
    database.close();
  });

  it.each([
    [
      'a file that another process keeps locked',
      (directory: string) => {
        const holder = new DatabaseSync(join(directory, 'ledger.sqlite'));
        holder.exec('BEGIN IMMEDIATE');
        return () => holder.close();
      },
      "to be free of another process's writing within 1000 ms, got: database is locked (SQLite 5).",
    ],
    [
      'a disk that became read-only',
      (_directory: string, database: DatabaseSync) => {
        database.exec('PRAGMA query_only = ON');
        return () => database.exec('PRAGMA query_only = OFF');
      },
      'to be a folder and a file that the gateway can write to, got: attempt to write a readonly database (SQLite 8).',
    ],
  ])('%s, which can still be read', async (_name, trouble, reason) => {
    const { directory, database, operations, pass } = operationsInTrouble();
    const id = await started(operations);
    pass(LEASE_MS);
    const before = rowsOf(database);
    const end = trouble(directory, database);
    // All at once: none waits for another.
    const attempts = await Promise.allSettled(writes(operations, id).map(([, attempt]) => attempt()));
    for (const [number, [task]] of writes(operations, id).entries()) {
      expect(attempts[number]).toMatchObject({
        status: 'rejected',
        reason: { message: `The ledger cannot ${task}: expected ${placeOf(directory)} ${reason}` },
      });
    }
    expect(rowsOf(database)).toEqual(before);
    expect((await operations.find('shop', 'order-1'))?.id).toBe(id);
    expect(await operations.claimedBy('FLEXPRICE', 'cs_1')).toBeNull();
    end();
    expect((await operations.begin(other, leaseOf('b'))).is).toBe('STARTED');
    expect(await operations.takeLeft(leaseOf('b'), 10)).toHaveLength(1);
    database.close();
  });

  it('a write goes through when another process lets go of the file', async () => {
    const { directory, database, operations } = operationsInTrouble();
    const holder = new DatabaseSync(join(directory, 'ledger.sqlite'));
    holder.exec('BEGIN IMMEDIATE');
    const beginning = operations.begin(newOperation(), leaseOf('a'));
    // Node has not stood still: this is reached while the write waits.
    holder.close();
    expect((await beginning).is).toBe('STARTED');
    database.close();
  });

  it('a ledger that was closed', async () => {
    const { database, operations } = operationsInTrouble();
    const id = await started(operations);
    database.close();
    for (const [task, attempt] of writes(operations, id)) {
      await expect(attempt()).rejects.toThrow(`The ledger cannot ${task}: expected `);
      await expect(attempt()).rejects.toThrow('to be open, got: database is not open.');
    }
  });
});
