import { afterAll, afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { NO_FILTER } from '../../src/checkout/filter.ts';
import { median } from '../gateway/replicas.ts';
import { type RedisServer, startRedis } from '../helpers/redis.ts';
import { startProxy } from '../redis/proxy.ts';
import { openReplica, type Replica, until } from './redis/rig.ts';
import { at, indexed } from './sessions.ts';
import { idsIn, indexLines, learn, newFolder, openTiered, removeFolders, stateIn } from './tiered-rig.ts';

const FROM_OWN =
  'lists are read from the session index of this process: they may miss what only other replicas have met';
const FROM_SHARED = 'lists are read from the shared session index again';

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

async function open(url = redis.url, commandTimeoutMs = 2000) {
  const replica = await openTiered(url, { directory: newFolder(), commandTimeoutMs });
  onTestFinished(replica.close);
  return replica;
}

const aboutLists = (replica: Parameters<typeof indexLines>[0]) =>
  indexLines(replica).filter((words) => words.startsWith('lists '));

describe('a Redis that is killed', () => {
  it.each(['empty', 'as it was'])('costs no list, and comes back %s', async (way) => {
    const [a, b] = [await open(), await open()];
    await learn(a.sessionIndex, indexed('a'), indexed('a2'), indexed('gone'));
    await learn(b.sessionIndex, indexed('b', { createdAt: at(1) }));
    if (way === 'empty') await redis.kill();
    else redis.pause();
    for (const each of [a, b]) {
      await until(async () => {
        await idsIn(each.sessionIndex);
        return !each.link.isUp;
      });
    }
    expect(await idsIn(a.sessionIndex)).toEqual(['gone', 'a2', 'a']);
    expect(await idsIn(b.sessionIndex)).toEqual(['b']);
    await learn(a.sessionIndex, indexed('later', { createdAt: at(2) }), indexed('a', { status: 'COMPLETED' }));
    await a.sessionIndex.missing({ provider: 'FLEXPRICE', providerId: 'gone' });
    expect(await idsIn(a.sessionIndex)).toEqual(['later', 'a2', 'a']);
    expect(await a.sessionIndex.count('FLEXPRICE', NO_FILTER)).toBe(3);
    if (way === 'empty') await redis.restart();
    else redis.resume();
    await until(() => a.link.isUp && b.link.isUp);
    // What was met meanwhile is listed from the first moment on.
    expect(await idsIn(a.sessionIndex)).toEqual(expect.arrayContaining(['later', 'a2', 'a']));
    const all = ['later', 'b', 'a2', 'a'];
    for (const { sessionIndex } of [a, b, shared]) {
      await until(async () => (await idsIn(sessionIndex).catch(() => [])).join() === all.join());
    }
    expect((await stateIn(shared.sessionIndex, 'a'))?.status).toBe('COMPLETED');
    for (const each of [a, b]) expect(aboutLists(each)).toEqual([FROM_OWN, FROM_SHARED]);
  });

  it('gets the newest word about each session, and nothing that others know better', async () => {
    const a = await open();
    const other = await open();
    await learn(a.sessionIndex, indexed('x'), indexed('y'));
    await redis.kill();
    await until(() => !a.link.isUp && !other.link.isUp && !shared.link.isUp);
    await learn(a.sessionIndex, indexed('x', { status: 'PROCESSING' }), indexed('x', { status: 'EXPIRED' }));
    await learn(a.sessionIndex, indexed('y', { status: 'PROCESSING', paymentId: 'pay_1' }));
    await learn(other.sessionIndex, indexed('y', { status: 'COMPLETED', paymentId: 'pay_1' }));
    await learn(other.sessionIndex, indexed('x', { isArchived: true }));
    await redis.restart();
    await until(() => a.link.isUp && other.link.isUp && shared.link.isUp);
    await until(async () => (await stateIn(shared.sessionIndex, 'x'))?.isArchived === true);
    await until(async () => (await stateIn(shared.sessionIndex, 'y'))?.status === 'COMPLETED');
    expect(await a.sessionIndex.count('FLEXPRICE', NO_FILTER)).toBe(1);
  });

  it('does not come back later because there is much to tell', async () => {
    const a = await open();
    await redis.kill();
    await until(() => !a.link.isUp);
    const ids = Array.from({ length: 11_000 }, (_, number) => `cs_${String(number).padStart(5, '0')}`);
    for (const id of ids) await learn(a.sessionIndex, indexed(id));
    await redis.restart();
    const begun = performance.now();
    await until(() => a.link.isUp);
    expect(performance.now() - begun).toBeLessThan(5000);
    expect(await idsIn(a.sessionIndex, { limit: 20_000 })).toHaveLength(11_000);
    // The first thousand was too much to be remembered, but not for the folder.
    const isShared = async () => (await shared.sessionIndex.count('FLEXPRICE', NO_FILTER).catch(() => 0)) === 11_000;
    await until(isShared, 60_000);
  }, 90_000);
});

describe('a Redis that is slow', () => {
  it('costs a list 50 ms, and once it counts as away nothing', async () => {
    const way = await startProxy(redis.port);
    onTestFinished(way.stop);
    const a = await open(way.url, 50);
    await learn(a.sessionIndex, indexed('a'));
    await until(async () => (await idsIn(shared.sessionIndex)).length === 1);
    await until(() => a.link.isUp);
    // On a busy machine Redis may have been late before.
    await idsIn(a.sessionIndex);
    const before = aboutLists(a).length;
    way.delayMs = 1000;
    const times: number[] = [];
    for (let time = 0; time < 5; time++) {
      const begun = performance.now();
      expect(await idsIn(a.sessionIndex)).toEqual(['a']);
      times.push(performance.now() - begun);
    }
    expect(median(times)).toBeLessThan(100);
    await until(() => !a.link.isUp);
    expect(await idsIn(a.sessionIndex)).toEqual(['a']);
    expect(aboutLists(a).slice(before)).toEqual([FROM_OWN]);
  });
});

it('begins while Redis is away, and is shared when it is there', async () => {
  await redis.kill();
  const a = await open();
  await learn(a.sessionIndex, indexed('a'));
  expect(await idsIn(a.sessionIndex)).toEqual(['a']);
  await redis.restart();
  await until(async () => (await idsIn(shared.sessionIndex).catch(() => [])).length === 1);
  expect(aboutLists(a)).toEqual([FROM_OWN]);
});

it('says so when Redis holds something else under its keys, and lists on', async () => {
  const a = await open();
  await learn(a.sessionIndex, indexed('a'));
  for (const name of await redis.client.keys('*:order')) {
    await redis.client.del(name);
    await redis.client.set(name, 'text');
  }
  for (let time = 0; time < 3; time++) expect(await idsIn(a.sessionIndex)).toEqual(['a']);
  await learn(a.sessionIndex, indexed('b'));
  expect(await idsIn(a.sessionIndex)).toEqual(['b', 'a']);
  expect(aboutLists(a)).toEqual([FROM_OWN]);
  await redis.client.flushall();
  await until(async () => (await idsIn(shared.sessionIndex)).length === 2);
});
