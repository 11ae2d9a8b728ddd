import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, describe, expect, it } from 'vitest';
import type { Inbox } from '../../../src/ledger/inbox.ts';
import { openDatabase, placeOf } from '../../../src/ledger/sqlite/database.ts';
import { createSqliteInbox } from '../../../src/ledger/sqlite/inbox.ts';
import { openLedger } from '../../../src/ledger/sqlite/open-ledger.ts';
import { createSqliteToldStates } from '../../../src/ledger/sqlite/told-states.ts';
import type { ToldStates } from '../../../src/ledger/told-states.ts';
import { newEvent } from '../inbox/harness.ts';
import { createClock, LEASE_MS, leaseOf } from '../operations/harness.ts';

const folder = mkdtempSync(join(tmpdir(), 'ledger-'));
afterAll(() => rmSync(folder, { recursive: true }));

type Parts = { inbox: Inbox; toldStates: ToldStates };

/** Parts whose connection the test holds too; with what is needed for every one of `writes` to have something to write. */
async function partsInTrouble() {
  const directory = mkdtempSync(join(folder, 'trouble-'));
  const database = openDatabase(directory, 'FULL');
  const clock = createClock();
  const options = { database, accounts: { FLEXPRICE: 'one' }, now: clock.now, place: placeOf(directory) };
  const parts: Parts = { inbox: createSqliteInbox(options), toldStates: createSqliteToldStates(options) };
  for (const eventId of ['held', 'applied', 'left']) {
    await parts.inbox.record(newEvent({ eventId }), leaseOf('a', eventId === 'left' ? 0 : LEASE_MS));
  }
  await parts.toldStates.replace(KEY, '"one"', null);
  return { directory, database, parts, ...clock };
}

const KEY = { provider: 'FLEXPRICE', providerId: 'cs_1' } as const;
const LONG = JSON.stringify('x'.repeat(200_000));

/** All that the database holds of events and of what was told. */
const rowsOf = (database: DatabaseSync): unknown[] =>
  ['inbox_event', 'told_state'].map((table) => database.prepare(`SELECT * FROM ${table}`).all());

const writes = ({ inbox, toldStates }: Parts): [string, () => Promise<unknown>][] => [
  ['record an event', () => inbox.record(newEvent({ eventId: 'new', subject: LONG }), leaseOf('b'))],
  ['note what is told', () => toldStates.replace(KEY, LONG, 1)],
  ['finish an event', () => inbox.finish('FLEXPRICE', 'applied', 'a')],
  ['postpone an event', () => inbox.postpone('FLEXPRICE', 'held', 'a', LEASE_MS)],
  ['take events', () => inbox.take(leaseOf('b'), 10)],
];

describe('events and what was told, in trouble, fail and change nothing', () => {
  it('a full disk, until there is room again', async () => {
    const { database, parts } = await partsInTrouble();
    const { page_count: pages } = database.prepare('PRAGMA page_count').get() ?? {};
    database.exec(`PRAGMA max_page_count = ${Number(pages) + 3}`);
    const before = rowsOf(database);
    for (const [task, attempt] of writes(parts).slice(0, 2)) {
      const message = new RegExp(
        `^The ledger cannot ${task}: expected DATA_DIR \\(.+\\) to be on a disk with room left, got: database or disk is ` +
          'full \\(SQLite 13\\)\\.$',
      );
      await expect(attempt()).rejects.toMatchObject({ name: 'LedgerError', message: expect.stringMatching(message) });
      expect(rowsOf(database)).toEqual(before);
      expect(database.isTransaction).toBe(false);
    }
    expect(await parts.inbox.record(newEvent({ eventId: 'held' }), leaseOf('b'))).toBe(false);
    expect(await parts.toldStates.read(KEY)).toEqual({ text: '"one"', revision: 1 });
    database.exec('PRAGMA max_page_count = 100000');
    for (const [, attempt] of writes(parts)) expect(await attempt()).toBeTruthy();
    expect((await parts.toldStates.read(KEY))?.text).toBe(LONG);
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
    const { directory, database, parts } = await partsInTrouble();
    const before = rowsOf(database);
    const end = trouble(directory, database);
    // All at once: none waits for another.
    const attempts = await Promise.allSettled(writes(parts).map(([, attempt]) => attempt()));
    for (const [number, [task]] of writes(parts).entries()) {
      expect(attempts[number]).toMatchObject({
        status: 'rejected',
        reason: { name: 'LedgerError', message: `The ledger cannot ${task}: expected ${placeOf(directory)} ${reason}` },
      });
    }
    expect(rowsOf(database)).toEqual(before);
    expect(await parts.toldStates.read(KEY)).toMatchObject({ text: '"one"' });
    // What is known needs no writing.
    expect(await parts.inbox.record(newEvent({ eventId: 'held' }), leaseOf('b'))).toBe(false);
    end();
    for (const [, attempt] of writes(parts)) expect(await attempt()).toBeTruthy();
    database.close();
  });

  it('an event is recorded when another process lets go of the file', async () => {
    const { directory, database, parts } = await partsInTrouble();
    const holder = new DatabaseSync(join(directory, 'ledger.sqlite'));
    holder.exec('BEGIN IMMEDIATE');
    const recording = parts.inbox.record(newEvent(), leaseOf('a'));
    // Node has not stood still: this is reached while the write waits.
    holder.close();
    expect(await recording).toBe(true);
    database.close();
  });

  it('a ledger that was closed', async () => {
    const directory = mkdtempSync(join(folder, 'closed-'));
    const ledger = await openLedger({ directory, accounts: { FLEXPRICE: 'one' }, now: createClock().now });
    await ledger.close();
    const asked: [string, () => Promise<unknown>][] = [
      ...writes(ledger),
      ['read what was told', () => ledger.toldStates.read(KEY)],
    ];
    for (const [task, attempt] of asked) {
      await expect(attempt()).rejects.toMatchObject({
        name: 'LedgerError',
        message: `The ledger cannot ${task}: expected ${placeOf(directory)} to be open, got: database is not open.`,
      });
    }
  });
});
