import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { NO_FILTER } from '../../../src/checkout/filter.ts';
import type { LedgerAccounts } from '../../../src/ledger/ledger.ts';
import { openDatabase } from '../../../src/ledger/sqlite/database.ts';
import { openLedger } from '../../../src/ledger/sqlite/open-ledger.ts';
import { indexed, START, sessionOf } from '../sessions.ts';

const folder = mkdtempSync(join(tmpdir(), 'ledger-'));
afterAll(() => rmSync(folder, { recursive: true }));

const open = (directory: string, accounts: LedgerAccounts = { FLEXPRICE: 'one' }) =>
  openLedger({ directory, accounts, now: () => START });
const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8);

describe("the ledger's file", () => {
  it('keeps what was learned', async () => {
    const directory = join(folder, 'kept');
    const session = indexed('a', { customerId: 'cust_1', createdAt: null });
    for (const isFirst of [true, false]) {
      const ledger = await open(directory);
      if (isFirst) await ledger.sessionIndex.learn(sessionOf(session));
      const request = { provider: 'FLEXPRICE', filter: NO_FILTER, direction: 'older', from: null, limit: 1 } as const;
      expect(await ledger.sessionIndex.page(request)).toEqual([session]);
      await ledger.close();
    }
  });

  it('is read by nobody else, and neither is its folder', async () => {
    const directory = join(folder, 'deep', 'data');
    const ledger = await open(directory);
    await ledger.sessionIndex.learn(sessionOf(indexed('a')));
    expect(modeOf(directory)).toBe('700');
    const files = readdirSync(directory).sort();
    expect(files).toEqual(['ledger.sqlite', 'ledger.sqlite-shm', 'ledger.sqlite-wal']);
    for (const file of files) expect(modeOf(join(directory, file))).toBe('600');
    await ledger.close();
    chmodSync(join(directory, 'ledger.sqlite'), 0o644);
    await (await open(directory)).close();
    expect(modeOf(join(directory, 'ledger.sqlite'))).toBe('600');
  });

  it('holds the sessions of several accounts and shows those of one', async () => {
    const directory = join(folder, 'accounts');
    const one = await open(directory, { FLEXPRICE: 'one', METEROID: 'one' });
    const two = await open(directory, { FLEXPRICE: 'two', METEROID: 'one' });
    const key = { provider: 'FLEXPRICE', providerId: 'a' } as const;
    await one.sessionIndex.learn(sessionOf(indexed('a')));
    await one.sessionIndex.learn(sessionOf(indexed('a', { provider: 'METEROID' })));
    expect(await two.sessionIndex.count('FLEXPRICE', NO_FILTER)).toBe(0);
    expect(await two.sessionIndex.count('METEROID', NO_FILTER)).toBe(1);
    await two.sessionIndex.learn(sessionOf(indexed('a', { status: 'FAILED' })));
    await two.sessionIndex.missing(key);
    expect(await one.sessionIndex.count('FLEXPRICE', { ...NO_FILTER, statuses: ['OPEN'] })).toBe(1);
    expect(await two.sessionIndex.count('FLEXPRICE', NO_FILTER)).toBe(0);
    await Promise.all([one.close(), two.close()]);
  });

  it('is a write-ahead log that is synced at checkpoints', async () => {
    const database = openDatabase(join(folder, 'pragmas'));
    expect(database.prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'wal' });
    expect(database.prepare('PRAGMA synchronous').get()).toEqual({ synchronous: 1 });
    expect(database.prepare('PRAGMA busy_timeout').get()).toEqual({ timeout: 200 });
    database.close();
  });
});
