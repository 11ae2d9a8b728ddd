import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { NO_FILTER } from '../../../src/checkout/filter.ts';
import { OPERATION_MS } from '../../../src/ledger/operations.ts';
import { openDatabase } from '../../../src/ledger/sqlite/database.ts';
import { openLedger } from '../../../src/ledger/sqlite/open-ledger.ts';
import { ACCOUNTS, createClock, leaseOf, newOperation, scopeOf, started } from '../operations/harness.ts';
import { indexed, sessionOf } from '../sessions.ts';

const folder = mkdtempSync(join(tmpdir(), 'ledger-'));
afterAll(() => rmSync(folder, { recursive: true }));

const freshDirectory = () => mkdtempSync(join(folder, 'file-'));

/** How many rows of operations and claims the file holds, whether they count or not. */
function countRows(directory: string): unknown {
  const database = new DatabaseSync(join(directory, 'ledger.sqlite'));
  const row = database
    .prepare('SELECT (SELECT count(*) FROM operation) AS operations, (SELECT count(*) FROM claim) AS claims')
    .get();
  database.close();
  return row;
}

describe("operations in the ledger's file", () => {
  it('are kept, and found again', async () => {
    const directory = freshDirectory();
    const { now } = createClock();
    const first = await openLedger({ directory, accounts: ACCOUNTS, now });
    const id = await started(first.operations);
    await first.operations.claim('FLEXPRICE', 'cs_1', id);
    const before = await first.operations.find('shop', 'order-1');
    await first.close();
    const second = await openLedger({ directory, accounts: ACCOUNTS, now });
    expect(await second.operations.find('shop', 'order-1')).toEqual(before);
    expect(await second.operations.claimedBy('FLEXPRICE', 'cs_1')).toBe(id);
    await second.close();
  });

  it('are synced with each write', () => {
    const database = openDatabase(freshDirectory(), 'FULL');
    expect(database.prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'wal' });
    expect(database.prepare('PRAGMA synchronous').get()).toEqual({ synchronous: 2 });
    database.close();
  });

  it('are removed when they are old, some with each one that begins, some when nothing does', async () => {
    const directory = freshDirectory();
    const { now, pass } = createClock();
    const { operations, close } = await openLedger({ directory, accounts: ACCOUNTS, now });
    for (let number = 0; number < 120; number++) {
      await started(operations, { scope: scopeOf({ idempotencyKey: `k${number}` }) });
      await operations.claim('FLEXPRICE', `cs_${number}`, 'id');
    }
    pass(OPERATION_MS);
    expect(countRows(directory)).toEqual({ operations: 120, claims: 120 });
    await started(operations);
    expect(countRows(directory)).toEqual({ operations: 71, claims: 70 });
    await operations.claim('FLEXPRICE', 'cs_new', 'id');
    expect(countRows(directory)).toEqual({ operations: 21, claims: 21 });
    expect(await operations.takeLeft(leaseOf('b'), 10)).toEqual([]);
    expect(countRows(directory)).toEqual({ operations: 1, claims: 1 });
    await close();
  });

  it('leave nothing behind that could be read', async () => {
    const directory = freshDirectory();
    const { now, pass } = createClock();
    const { operations, close } = await openLedger({ directory, accounts: ACCOUNTS, now });
    const change = JSON.stringify({ name: 'Erika Mustermann '.repeat(1000) });
    await started(operations, { change });
    pass(OPERATION_MS);
    await operations.takeLeft(leaseOf('b'), 10);
    await close();
    expect(readdirSync(directory)).toEqual(['ledger.sqlite']);
    expect(readFileSync(join(directory, 'ledger.sqlite')).includes('Mustermann')).toBe(false);
  });

  it('leave nothing of what was asked for behind once they are finished', async () => {
    const directory = freshDirectory();
    const { operations, close } = await openLedger({ directory, accounts: ACCOUNTS, now: createClock().now });
    const change = JSON.stringify({ name: 'Erika Mustermann '.repeat(1000) });
    await operations.finish(await started(operations, { change }), 'a', 'FAILED', '{}');
    await close();
    expect(readFileSync(join(directory, 'ledger.sqlite')).includes('Mustermann')).toBe(false);
  });

  it('are not taken away by another process that closes the file', async () => {
    const directory = freshDirectory();
    const { operations, close } = await openLedger({ directory, accounts: ACCOUNTS, now: createClock().now });
    const id = await started(operations);
    const log = () => statSync(join(directory, 'ledger.sqlite-wal')).ino;
    const before = log();
    // Whoever thinks that nobody else has the file open puts the log away under the others' feet.
    const script = fileURLToPath(new URL('begin-process.ts', import.meta.url));
    execFileSync(process.execPath, [script, directory, 'b', '0'], { input: 'go' });
    expect(log()).toBe(before);
    expect(await operations.finish(id, 'a', 'SUCCEEDED', null)).toBe(true);
    const database = new DatabaseSync(join(directory, 'ledger.sqlite'));
    expect(database.prepare('SELECT state FROM operation').all()).toEqual([{ state: 'SUCCEEDED' }]);
    database.close();
    await close();
  });

  it('are one of a scope, also where gateways with different accounts have begun several', async () => {
    const directory = freshDirectory();
    const { now } = createClock();
    const flexprice = { provider: 'FLEXPRICE', inputHash: 'p' } as const;
    const meteroid = { provider: 'METEROID', inputHash: 'm' } as const;
    const one = await openLedger({ directory, accounts: { FLEXPRICE: 'one' }, now });
    const two = await openLedger({ directory, accounts: { METEROID: 'two' }, now });
    const both = await openLedger({ directory, accounts: ACCOUNTS, now });
    const ids = [await started(one.operations, flexprice), await started(two.operations, meteroid)];
    for (const values of [flexprice, meteroid]) {
      expect((await both.operations.begin(newOperation(values), leaseOf('b'))).is).toBe('BUSY');
    }
    // One that failed gives way to one that has not, even where it is of the very provider.
    await one.operations.finish(ids[0] ?? '', 'a', 'FAILED', null);
    expect((await both.operations.begin(newOperation(flexprice), leaseOf('b'))).is).toBe('OTHER_INPUT');
    await two.operations.finish(ids[1] ?? '', 'a', 'FAILED', null);
    expect((await both.operations.begin(newOperation(flexprice), leaseOf('b'))).is).toBe('STARTED');
    expect(countRows(directory)).toEqual({ operations: 1, claims: 0 });
    await Promise.all([one, two, both].map(({ close }) => close()));
  });

  it('join the sessions of a file that an older release has written', async () => {
    const directory = freshDirectory();
    const { now } = createClock();
    const open = () => openLedger({ directory, accounts: ACCOUNTS, now });
    const older = await open();
    await older.sessionIndex.learn(sessionOf(indexed('a')));
    await older.close();
    const database = new DatabaseSync(join(directory, 'ledger.sqlite'));
    for (const table of ['operation', 'claim', 'inbox_event', 'told_state']) database.exec(`DROP TABLE ${table}`);
    database.exec('PRAGMA user_version = 1');
    database.close();
    const newer = await open();
    expect(await newer.sessionIndex.count('FLEXPRICE', NO_FILTER)).toBe(1);
    expect((await newer.operations.begin(newOperation(), leaseOf('a'))).is).toBe('STARTED');
    await newer.close();
  });
});
