import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { NO_FILTER } from '../../../src/checkout/filter.ts';
import { LedgerError } from '../../../src/ledger/ledger.ts';
import type { SessionIndex } from '../../../src/ledger/session-index.ts';
import { openDatabase, placeOf } from '../../../src/ledger/sqlite/database.ts';
import { openLedger } from '../../../src/ledger/sqlite/open-ledger.ts';
import { createSqliteSessionIndex } from '../../../src/ledger/sqlite/session-index.ts';
import { indexed, START, sessionOf } from '../sessions.ts';

const folder = mkdtempSync(join(tmpdir(), 'ledger-'));
afterAll(() => rmSync(folder, { recursive: true }));

const freshDirectory = () => mkdtempSync(join(folder, 'trouble-'));
const open = (directory: string) => openLedger({ directory, accounts: { FLEXPRICE: 'one' }, now: () => START });
const page = (index: SessionIndex) =>
  index.page({ provider: 'FLEXPRICE', filter: NO_FILTER, direction: 'older', from: null, limit: 100 });

/** Opens, and expects the error that says so. */
async function refusal(directory: string): Promise<string> {
  const error: unknown = await open(directory).then(
    () => 'opened',
    (reason: unknown) => reason,
  );
  if (!(error instanceof LedgerError)) throw new Error(`Expected a LedgerError, got ${error}`);
  return error.message;
}

/** A ledger's database, after something was done to it. */
async function changed(sql: string): Promise<string> {
  const directory = freshDirectory();
  await (await open(directory)).close();
  const database = new DatabaseSync(join(directory, 'ledger.sqlite'));
  database.exec(sql);
  database.close();
  return directory;
}

describe('a ledger that cannot be opened says why', () => {
  it('a folder that cannot be made', async () => {
    const file = join(freshDirectory(), 'file');
    writeFileSync(file, '');
    expect(await refusal(join(file, 'data'))).toBe(
      `The ledger cannot be opened: expected DATA_DIR (${file}/data/ledger.sqlite) to be a folder that the gateway can ` +
        `make or write to, got: ENOTDIR: not a directory, mkdir '${file}/data'.`,
    );
    expect(await refusal(file)).toContain('EEXIST');
  });

  // In a process of its own, which can be ended: Node's own way to make folders never comes back from there.
  it.runIf(process.platform === 'linux')('a folder below one in which nothing can be made', () => {
    const script = fileURLToPath(new URL('open-process.ts', import.meta.url));
    for (const directory of ['/proc/nope', '/proc/nope/data']) {
      const said = execFileSync(process.execPath, [script, directory], { encoding: 'utf8', timeout: 10_000 });
      expect(said).toContain(
        `LedgerError: The ledger cannot be opened: expected DATA_DIR (${directory}/ledger.sqlite) to be a folder that the ` +
          "gateway can make or write to, got: ENOENT: no such file or directory, mkdir '/proc/nope'.",
      );
    }
  });

  it('a folder where the file should be', async () => {
    const directory = freshDirectory();
    mkdirSync(join(directory, 'ledger.sqlite'));
    expect(await refusal(directory)).toContain('EISDIR');
  });

  it('a file that is no database', async () => {
    const directory = freshDirectory();
    writeFileSync(join(directory, 'ledger.sqlite'), 'Dear diary, '.repeat(1000));
    expect(await refusal(directory)).toBe(
      `The ledger cannot be opened: expected DATA_DIR (${directory}/ledger.sqlite) to hold the gateway's own SQLite ` +
        'database, got: file is not a database (SQLite 26).',
    );
  });

  it("another program's database, which stays as it was", async () => {
    const directory = freshDirectory();
    const other = new DatabaseSync(join(directory, 'ledger.sqlite'));
    other.exec('CREATE TABLE diary (text TEXT)');
    expect(await refusal(directory)).toContain("to be the gateway's own, got another program's database");
    expect(other.prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'delete' });
    other.close();
  });

  it('a database of a newer release', async () => {
    const directory = await changed('PRAGMA user_version = 1000');
    expect(await refusal(directory)).toMatch(
      /^The ledger cannot be opened: expected DATA_DIR \(.+\) to have version 3 or older, got version 1000, which a newer/,
    );
  });

  it.each([
    ['a new', async () => freshDirectory(), 'EACCES'],
    ['a used', () => changed('SELECT 1'), 'EACCES'],
  ])('%s folder that may not be written', async (_name, prepare, reason) => {
    const directory = await prepare();
    chmodSync(folder, 0o755);
    chmodSync(directory, 0o555);
    const script = fileURLToPath(new URL('open-process.ts', import.meta.url));
    const said = execFileSync(process.execPath, [script, directory], { encoding: 'utf8' });
    chmodSync(directory, 0o755);
    expect(said).toContain(
      `LedgerError: The ledger cannot be opened: expected DATA_DIR (${directory}/ledger.sqlite) to be`,
    );
    expect(said).toContain(reason);
  });
});

describe('a ledger in trouble fails what cannot be done, and nothing else', () => {
  /** An index whose connection the test holds too. */
  function indexInTrouble() {
    const directory = freshDirectory();
    const database = openDatabase(directory);
    let time = START;
    const index = createSqliteSessionIndex({
      database,
      accounts: { FLEXPRICE: 'one' },
      now: () => time,
      place: placeOf(directory),
    });
    const pass = (milliseconds: number) => {
      time += milliseconds;
    };
    return { directory, database, index, pass };
  }

  it('a full disk: reads go on, and so do writes when there is room again', async () => {
    const { database, index } = indexInTrouble();
    const known = sessionOf(indexed('known'));
    await index.learn(known);
    const { page_count: pages } = database.prepare('PRAGMA page_count').get() ?? {};
    database.exec(`PRAGMA max_page_count = ${Number(pages) + 3}`);
    const learnMany = async () => {
      for (let number = 0; number < 1000; number++) await index.learn(sessionOf(indexed(`id_${number}`)));
    };
    await expect(learnMany()).rejects.toThrow(
      /^The ledger cannot remember a session: expected DATA_DIR \(.+\) to be on a disk with room left, got: database or disk is full \(SQLite 13\)\.$/,
    );
    await index.learn(known);
    const kept = await index.count('FLEXPRICE', NO_FILTER);
    expect(kept).toBeGreaterThan(1);
    expect((await page(index)).length).toBe(Math.min(kept, 100));
    database.exec('PRAGMA max_page_count = 100000');
    await learnMany();
    expect(await index.count('FLEXPRICE', NO_FILTER)).toBe(1001);
    expect(database.prepare('PRAGMA integrity_check').all()).toEqual([{ integrity_check: 'ok' }]);
    database.close();
  });

  it('a disk that became read-only: also sessions that are due again do not fail a page', async () => {
    const { database, index, pass } = indexInTrouble();
    for (const id of ['a', 'b']) await index.learn(sessionOf(indexed(id)));
    await index.missing({ provider: 'FLEXPRICE', providerId: 'a' });
    pass(3_600_000);
    database.exec('PRAGMA query_only = ON');
    await expect(index.learn(sessionOf(indexed('c')))).rejects.toThrow('a file that the gateway can write to');
    expect(await page(index)).toHaveLength(1);
    database.exec('PRAGMA query_only = OFF');
    expect(await page(index)).toHaveLength(2);
    database.close();
  });

  it('another process that holds the write lock', async () => {
    const { directory, database, index } = indexInTrouble();
    const other = new DatabaseSync(join(directory, 'ledger.sqlite'));
    other.exec('BEGIN IMMEDIATE');
    await expect(index.learn(sessionOf(indexed('a')))).rejects.toThrow("another process's writing within 200 ms");
    expect(await page(index)).toEqual([]);
    other.exec('COMMIT');
    await index.learn(sessionOf(indexed('a')));
    expect(await page(index)).toHaveLength(1);
    other.close();
    database.close();
  });

  it('a ledger that was closed, twice', async () => {
    const ledger = await open(freshDirectory());
    await ledger.close();
    await ledger.close();
    await expect(page(ledger.sessionIndex)).rejects.toThrow(
      /^The ledger cannot list sessions: expected DATA_DIR \(.+\) to be open, got: database is not open\.$/,
    );
  });
});
