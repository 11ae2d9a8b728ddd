import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { NO_FILTER } from '../../src/checkout/filter.ts';
import { openLedger } from '../../src/ledger/sqlite/open-ledger.ts';
import { type RedisServer, startRedis } from '../helpers/redis.ts';
import { ACCOUNTS, openReplica, type Replica, until } from './redis/rig.ts';
import { at, indexed, START, sessionOf } from './sessions.ts';
import { idsIn, indexLines, learn, newFolder, openTiered, removeFolders, stateIn } from './tiered-rig.ts';

const KEY = { provider: 'FLEXPRICE', providerId: 'x' } as const;
const HOUR = 3_600_000;

let redis: RedisServer;
/** What Redis alone says. */
let shared: Replica;
beforeEach(async () => {
  redis = await startRedis();
  shared = await openReplica(redis.url);
});
afterEach(async () => {
  await shared.close();
  await redis.stop();
});
afterAll(removeFolders);

async function open(options: Parameters<typeof openTiered>[1] = {}) {
  const replica = await openTiered(redis.url, { directory: newFolder(), ...options });
  onTestFinished(replica.close);
  return replica;
}

/** A folder in which a gateway without Redis has met sessions. */
async function folderWith(...sessions: Parameters<typeof indexed>[]): Promise<string> {
  const directory = newFolder();
  const ledger = await openLedger({ directory, accounts: ACCOUNTS, now: () => START });
  await learn(ledger.sessionIndex, ...sessions.map((each) => indexed(...each)));
  await ledger.close();
  return directory;
}

describe('replicas with a folder each', () => {
  it('list what another has learned, at once and after all have lost their folders', async () => {
    const [a, b] = [await open(), await open()];
    await learn(a.sessionIndex, indexed('a'));
    expect(await idsIn(b.sessionIndex)).toEqual(['a']);
    await learn(b.sessionIndex, indexed('b'), indexed('a', { status: 'COMPLETED' }));
    expect(await a.sessionIndex.count('FLEXPRICE', { ...NO_FILTER, statuses: ['COMPLETED'] })).toBe(1);
    await a.sessionIndex.missing({ ...KEY, providerId: 'b' });
    expect(await idsIn(b.sessionIndex)).toEqual(['a']);
    expect(await idsIn((await open()).sessionIndex)).toEqual(['a']);
  });

  it('tell again what they told before when another has said otherwise since', async () => {
    const [a, b] = [await open(), await open()];
    await learn(a.sessionIndex, indexed('x', { status: 'PROCESSING' }));
    await learn(b.sessionIndex, indexed('x', { status: 'OPEN' }));
    await learn(a.sessionIndex, indexed('x', { status: 'PROCESSING' }));
    // What has not ended is told anew after three seconds.
    await sleep(3100);
    await learn(a.sessionIndex, indexed('x', { status: 'PROCESSING' }));
    expect((await stateIn(b.sessionIndex, 'x'))?.status).toBe('PROCESSING');
    await a.sessionIndex.missing(KEY);
    await learn(a.sessionIndex, indexed('x', { status: 'PROCESSING' }));
    expect(await idsIn(b.sessionIndex)).toEqual(['x']);
  });

  it('ask Redis nothing for what it was told just now', async () => {
    const a = await open();
    await learn(a.sessionIndex, indexed('x', { status: 'COMPLETED' }));
    await redis.client.config('RESETSTAT');
    for (let time = 0; time < 100; time++) await learn(a.sessionIndex, indexed('x', { status: 'COMPLETED' }));
    const commands = await redis.client.info('commandstats');
    expect(Number(/cmdstat_evalsha:calls=(\d+)/.exec(commands)?.[1] ?? 0)).toBeLessThan(10);
  });
});

describe('a folder from before there was Redis', () => {
  it('is listed at once, and by the others soon', async () => {
    const b = await open();
    const many = Array.from({ length: 1200 }, (_, number): [string] => [`cs_${number}`]);
    const a = await open({ directory: await folderWith(...many) });
    expect(await idsIn(a.sessionIndex)).toHaveLength(1200);
    expect(await a.sessionIndex.count('FLEXPRICE', NO_FILTER)).toBe(1200);
    await until(async () => (await idsIn(b.sessionIndex)).length === 1200);
    expect(await b.sessionIndex.count('FLEXPRICE', NO_FILTER)).toBe(1200);
    expect(indexLines(a)).toEqual(['the sessions known to this process are shared with the other replicas']);
  });

  it('changes nothing that Redis knows better', async () => {
    const subscription = { subscriptionId: 'subs_1' };
    await learn(
      shared.sessionIndex,
      indexed('ended', { status: 'COMPLETED', ...subscription }),
      indexed('archived', { isArchived: true }),
      indexed('gone'),
      indexed('open', { status: 'PROCESSING' }),
      indexed('subscribed', subscription),
    );
    await shared.sessionIndex.missing({ ...KEY, providerId: 'gone' });
    const before = await idsIn(shared.sessionIndex);
    const directory = await folderWith(
      ['ended'],
      ['archived', { status: 'COMPLETED' }],
      ['gone', { status: 'COMPLETED' }],
      ['open'],
      ['subscribed'],
      ['new'],
    );
    await open({ directory });
    await until(async () => (await idsIn(shared.sessionIndex)).includes('new'));
    expect(await idsIn(shared.sessionIndex)).toEqual(['subscribed', 'open', 'new', 'ended', 'archived']);
    expect(before).toHaveLength(4);
    expect(await stateIn(shared.sessionIndex, 'ended')).toMatchObject({ status: 'COMPLETED', ...subscription });
    expect(await stateIn(shared.sessionIndex, 'archived')).toMatchObject({ isArchived: true });
    expect(await stateIn(shared.sessionIndex, 'open')).toMatchObject({ status: 'PROCESSING' });
    expect(await stateIn(shared.sessionIndex, 'subscribed')).toMatchObject(subscription);
  });

  it('tells what is further along, and leaves out for the rest of the hour what is missing', async () => {
    await learn(shared.sessionIndex, indexed('x'), indexed('y'), indexed('archived', { status: 'COMPLETED' }));
    let time = START;
    const directory = await folderWith(['x', { status: 'EXPIRED' }], ['archived', { isArchived: true }], ['gone']);
    const before = await openLedger({ directory, accounts: ACCOUNTS, now: () => START });
    await before.sessionIndex.missing({ ...KEY, providerId: 'gone' });
    await before.close();
    const a = await open({ directory, now: () => time });
    await until(async () => (await stateIn(shared.sessionIndex, 'x'))?.status === 'EXPIRED');
    expect(await stateIn(shared.sessionIndex, 'archived')).toMatchObject({ isArchived: true });
    const b = await open({ now: () => time });
    expect(await idsIn(b.sessionIndex)).toEqual(['y', 'x', 'archived']);
    time += HOUR;
    expect(await idsIn(b.sessionIndex)).toEqual(['y', 'x', 'gone', 'archived']);
    expect(await idsIn(a.sessionIndex)).toEqual(['y', 'x', 'gone', 'archived']);
  });
});

describe('a Redis that is emptied', () => {
  it('while it is there gets everything again', async () => {
    const [a, b] = [await open(), await open()];
    await learn(a.sessionIndex, indexed('a', { status: 'COMPLETED' }));
    await learn(b.sessionIndex, indexed('b'));
    await until(async () => (await redis.client.keys('*:mark')).length > 0);
    await sleep(100);
    await redis.client.flushall();
    await until(async () => (await idsIn(shared.sessionIndex)).length === 2);
    expect(await idsIn(a.sessionIndex)).toEqual(['b', 'a']);
  });
});

describe('a Redis that comes back', () => {
  it('gets everything again although it seems to have lost nothing', async () => {
    const a = await open();
    await learn(a.sessionIndex, indexed('a'));
    await until(async () => (await redis.client.keys('*:mark')).length === 2);
    const marks = await redis.client.keys('*:mark');
    const values = await redis.client.mget(marks);
    await sleep(500);
    await redis.restart();
    // As if it had been started from a file that is older than the session.
    await redis.client.mset(...marks.flatMap((name, index) => [name, values[index] ?? '']));
    await until(async () => (await idsIn(shared.sessionIndex).catch(() => [])).length === 1);
    expect(await redis.client.mget(marks)).toEqual(values);
  });
});

it.each(['', '!', 'evil', '!000000000000001evil', `${'0'.repeat(15)}c15:cus`, `${'0'.repeat(15)}c1---x`])(
  'writes over what is no row: %j',
  async (garbage) => {
    await learn(shared.sessionIndex, indexed('a'), indexed('b'), indexed('c'));
    const [rows = ''] = await redis.client.keys('*:rows');
    for (const id of ['a', 'b', 'c']) await redis.client.hset(rows, id, garbage);
    const a = await open({ directory: await folderWith(['a']) });
    await learn(a.sessionIndex, indexed('b'));
    await a.sessionIndex.missing({ ...KEY, providerId: 'c' });
    await until(async () => (await idsIn(shared.sessionIndex)).length === 2);
    expect(await idsIn(shared.sessionIndex)).toEqual(['b', 'a']);
    expect(a.lines.filter((line) => JSON.parse(line).level >= 40 && line.includes('session'))).toEqual([]);
  },
);

describe('a replica whose own index cannot be written', () => {
  it('tells the shared one all the same, says so once, and again when it is over', async () => {
    const directory = newFolder();
    const a = await open({ directory });
    await learn(a.sessionIndex, indexed('a'));
    const other = new DatabaseSync(join(directory, 'ledger.sqlite'));
    other.exec('ALTER TABLE session RENAME TO elsewhere');
    await learn(a.sessionIndex, indexed('b'), indexed('c', { createdAt: at(1) }));
    await a.sessionIndex.missing({ ...KEY, providerId: 'b' });
    expect(await idsIn(a.sessionIndex)).toEqual(['c', 'a']);
    other.exec('ALTER TABLE elsewhere RENAME TO session');
    other.close();
    await learn(a.sessionIndex, indexed('d'));
    expect(await idsIn(shared.sessionIndex)).toEqual(['c', 'd', 'a']);
    const about = indexLines(a).filter((words) => words.startsWith('the session index of this process'));
    expect(about).toEqual([
      'the session index of this process cannot be written: its lists need the shared one',
      'the session index of this process can be written again',
    ]);
  });

  it('fails when Redis is away too, and what was to be written is told when it is back', async () => {
    const directory = newFolder();
    const a = await open({ directory });
    await redis.kill();
    await until(() => !a.link.isUp);
    const other = new DatabaseSync(join(directory, 'ledger.sqlite'));
    other.exec('ALTER TABLE session RENAME TO elsewhere');
    await expect(a.sessionIndex.learn(sessionOf(indexed('a')))).rejects.toMatchObject({ name: 'LedgerError' });
    await expect(
      a.sessionIndex.page({ ...KEY, filter: NO_FILTER, direction: 'older', from: null, limit: 1 }),
    ).rejects.toMatchObject({ name: 'LedgerError' });
    await redis.restart();
    await until(() => a.link.isUp && shared.link.isUp);
    await until(async () => (await idsIn(shared.sessionIndex)).includes('a'));
    expect(await idsIn(a.sessionIndex)).toEqual(['a']);
    other.close();
  });
});
