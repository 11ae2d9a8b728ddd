import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, describe, expect, it } from 'vitest';
import { EVENT_MS } from '../../../src/ledger/inbox.ts';
import { openDatabase } from '../../../src/ledger/sqlite/database.ts';
import { openLedger } from '../../../src/ledger/sqlite/open-ledger.ts';
import { newEvent } from '../inbox/harness.ts';
import { ACCOUNTS, createClock, LEASE_MS, leaseOf, newOperation } from '../operations/harness.ts';

const folder = mkdtempSync(join(tmpdir(), 'ledger-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A file of its own, and what opens it. */
function freshFile() {
  const directory = mkdtempSync(join(folder, 'file-'));
  const clock = createClock();
  const open = () => openLedger({ directory, accounts: ACCOUNTS, now: clock.now });
  /** Looks into the file past everything of ours. */
  const ask = (sql: string): unknown[] => {
    const database = new DatabaseSync(join(directory, 'ledger.sqlite'));
    const rows = database.prepare(sql).all();
    database.close();
    return rows;
  };
  return { directory, open, ask, ...clock };
}

const KEY = { provider: 'FLEXPRICE', providerId: 'cs_1' } as const;
const COUNTS = 'SELECT (SELECT count(*) FROM inbox_event) AS events, (SELECT count(*) FROM told_state) AS told';

describe("events and what was told in the ledger's file", () => {
  it('are kept, and found again', async () => {
    const { open, now, pass } = freshFile();
    const first = await open();
    for (const eventId of ['evt_1', 'evt_2', 'evt_3']) await first.inbox.record(newEvent({ eventId }), leaseOf('a'));
    await first.inbox.finish('FLEXPRICE', 'evt_2', 'a');
    await first.inbox.postpone('FLEXPRICE', 'evt_3', 'a', 2 * LEASE_MS);
    await first.toldStates.replace(KEY, '"one"', null);
    const receivedAt = now();
    const told = await first.toldStates.read(KEY);
    await first.close();

    const second = await open();
    expect(await second.toldStates.read(KEY)).toEqual(told);
    for (const eventId of ['evt_1', 'evt_2']) {
      expect(await second.inbox.record(newEvent({ eventId }), leaseOf('b'))).toBe(false);
    }
    expect(await second.inbox.take(leaseOf('b'), 10)).toEqual([]);
    pass(LEASE_MS);
    expect(await second.inbox.take(leaseOf('b'), 10)).toEqual([{ ...newEvent(), receivedAt, attempts: 0 }]);
    pass(LEASE_MS);
    expect(await second.inbox.finish('FLEXPRICE', 'evt_1', 'b')).toBe(true);
    expect(await second.inbox.take(leaseOf('b'), 10)).toMatchObject([{ eventId: 'evt_3', attempts: 1 }]);
    await second.close();
  });

  it('are removed when they are old, some with each call that writes, some when nothing comes', async () => {
    const { open, ask, pass } = freshFile();
    const { inbox, toldStates, close } = await open();
    for (let number = 0; number < 170; number++) {
      await inbox.record(newEvent({ eventId: `evt_${number}` }), leaseOf('a'));
      await toldStates.replace({ ...KEY, providerId: `cs_${number}` }, '1', null);
    }
    pass(EVENT_MS);
    expect(ask(COUNTS)).toEqual([{ events: 170, told: 170 }]);
    await inbox.record(newEvent({ eventId: 'evt_new' }), leaseOf('a'));
    expect(ask(COUNTS)).toEqual([{ events: 121, told: 120 }]);
    await toldStates.replace({ ...KEY, providerId: 'cs_new' }, '1', null);
    expect(ask(COUNTS)).toEqual([{ events: 71, told: 71 }]);
    for (const left of [21, 1, 1]) {
      expect(await inbox.take(leaseOf('b'), 10)).toEqual([]);
      expect(ask(COUNTS)).toEqual([{ events: left, told: left }]);
    }
    await close();
  });

  it('hold of one that was applied, or came to nothing, the id alone', async () => {
    const { open, ask } = freshFile();
    const { inbox, close } = await open();
    await inbox.record(newEvent(), leaseOf('a'));
    await inbox.finish('FLEXPRICE', 'evt_1', 'a');
    await inbox.record(newEvent({ eventId: 'evt_2', subject: null }), leaseOf('a'));
    expect(ask('SELECT event_id, subject, lease_owner FROM inbox_event')).toEqual([
      { event_id: 'evt_1', subject: null, lease_owner: null },
      { event_id: 'evt_2', subject: null, lease_owner: null },
    ]);
    await close();
  });

  it.each([1, 1000])('leave no subject behind that could be read, %i times as long', async (times) => {
    const { directory, open } = freshFile();
    const { inbox, toldStates, close } = await open();
    for (let number = 0; number < 20; number++) {
      const subject = JSON.stringify({ customerId: `cust_secret_${number} `.repeat(times) });
      await inbox.record(newEvent({ eventId: `evt_${number}`, subject }), leaseOf('a'));
      await toldStates.replace(KEY, `"told_${number}_"`, (await toldStates.read(KEY))?.revision ?? null);
    }
    for (let number = 0; number < 20; number++) await inbox.finish('FLEXPRICE', `evt_${number}`, 'a');
    await close();
    expect(readdirSync(directory)).toEqual(['ledger.sqlite']);
    const bytes = readFileSync(join(directory, 'ledger.sqlite'), 'latin1');
    expect(bytes).not.toContain('cust_secret');
    expect(bytes.match(/told_\d+_/g)).toEqual(['told_19_']);
  });

  it('join what an older release has written', async () => {
    const { directory, open } = freshFile();
    const older = await open();
    await older.operations.begin(newOperation(), leaseOf('a'));
    await older.close();
    const database = new DatabaseSync(join(directory, 'ledger.sqlite'));
    database.exec('DROP TABLE inbox_event; DROP TABLE told_state; PRAGMA user_version = 2');
    database.close();
    const newer = await open();
    expect((await newer.operations.begin(newOperation(), leaseOf('b'))).is).toBe('BUSY');
    expect(await newer.inbox.record(newEvent(), leaseOf('a'))).toBe(true);
    expect(await newer.toldStates.replace(KEY, '1', null)).toBe(true);
    await newer.close();
  });

  it('are found by indexes that hold all that is asked of them', () => {
    const database = openDatabase(null);
    const planOf = (sql: string) =>
      database
        .prepare(`EXPLAIN QUERY PLAN ${sql}`)
        .all()
        .map(({ detail }) => String(detail));
    const waiting = planOf(`SELECT rowid FROM inbox_event INDEXED BY inbox_event_waiting
      WHERE received_at > 1 AND due_at <= 2 AND account IN (SELECT value FROM json_each('[1]')) ORDER BY received_at`);
    expect(waiting[0]).toBe('SEARCH inbox_event USING COVERING INDEX inbox_event_waiting (received_at>?)');
    expect(waiting.join()).not.toContain('TEMP B-TREE');
    database.close();
  });
});
