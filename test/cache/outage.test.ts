import { describe, expect, it } from 'vitest';
import type { Cache } from '../../src/cache/cache.ts';
import { DEGRADED_MS } from '../../src/cache/held.ts';
import { type RedisServer, startRedis } from '../helpers/redis.ts';
import { Clock, entryOf, keep, openReplica, place, type Replica, until, valueAt } from './rig.ts';

const UNDER = place('list:page', { under: 'lists' });

type Rig = { server: RedisServer; clock: Clock; one: Replica; two: Replica };

/** Two gateways at one Redis of their own. */
async function withOutage(use: (rig: Rig) => Promise<void>, commandTimeoutMs = 1000): Promise<void> {
  const server = await startRedis();
  const clock = new Clock();
  const open = () => openReplica(server.url, { clock, commandTimeoutMs });
  const [one, two] = await Promise.all([open(), open()]);
  await use({ server, clock, one, two }).finally(async () => {
    server.resume();
    await Promise.all([one.link.close(), two.link.close()]);
    await server.stop();
  });
}

const down = ({ link }: Replica) => until(() => !link.isUp);
const up = (...replicas: Replica[]) => until(() => replicas.every(({ link }) => link.isUp));

/** One of each operation; each has to end by itself. */
async function everyOperation(cache: Cache, now: number): Promise<void> {
  await cache.get(UNDER);
  const turn = await cache.begin(UNDER);
  await cache.store(UNDER, turn, entryOf('any', now));
  await cache.release(UNDER, await cache.begin(UNDER));
  await cache.drop(['list:other', 'session:any']);
  await cache.show('session:any', { updatedAt: null, stage: 1, isArchived: false });
}

describe('when Redis dies', () => {
  it('and comes back empty, nothing is stored that was begun before', () =>
    withOutage(async ({ server, clock, one, two }) => {
      const turn = await one.cache.begin(UNDER);
      await two.cache.drop(['lists']);
      await server.restart();
      await down(one);
      await up(one, two);
      clock.time += 1;
      await one.cache.store(UNDER, turn, entryOf('stale', clock.now()));
      await one.settle();
      expect(await valueAt(one.cache, UNDER)).toBeUndefined();
      expect(await valueAt(two.cache, UNDER)).toBeUndefined();
      await keep(one.cache, UNDER, entryOf('new', clock.now()));
      await one.settle();
      expect(await valueAt(two.cache, UNDER)).toBe('new');
    }));

  it('every operation goes on, and values of that time do not count when it is back', () =>
    withOutage(async ({ server, clock, one, two }) => {
      await keep(one.cache, place(), entryOf('before', clock.now()));
      await server.kill();
      await Promise.all([down(one), down(two)]);
      expect(await valueAt(one.cache, place())).toBe('before');
      await everyOperation(one.cache, clock.now());
      expect(await keep(one.cache, place('session:two'), entryOf('during', clock.now()))).toBe(true);
      expect(await valueAt(one.cache, place('session:two'))).toBe('during');
      clock.time += 100;
      await server.restart();
      await up(one, two);
      expect(await valueAt(one.cache, place())).toBeUndefined();
      expect(await valueAt(one.cache, place('session:two'))).toBeUndefined();
      expect(one.lines.filter((line) => line.includes('"level":50'))).toEqual([]);
    }));

  it('a version that was shown meanwhile is told before it counts as back', () =>
    withOutage(async ({ server, one, two }) => {
      const version = { updatedAt: '2026-11-01T00:00:00.000Z', stage: 4, isArchived: false };
      await server.kill();
      await down(one);
      await one.cache.show('session:one', version);
      await server.restart();
      await up(one, two);
      expect((await two.cache.begin(place())).shown).toEqual(version);
    }));
});

describe('when Redis hangs', () => {
  it('every operation ends, and drops are told before anything is believed again', () =>
    withOutage(async ({ server, clock, one, two }) => {
      const [seen, unseen] = [place('session:seen'), place('session:unseen')];
      for (const where of [seen, unseen, UNDER]) await keep(two.cache, where, entryOf('before', clock.now()));
      await two.settle();
      expect(await valueAt(one.cache, seen)).toBe('before');
      expect(await valueAt(one.cache, UNDER)).toBe('before');
      server.pause();
      await everyOperation(one.cache, clock.now());
      await down(one);
      expect(await valueAt(one.cache, seen)).toBe('before');
      await one.cache.drop(['session:seen']);
      expect(await valueAt(one.cache, seen)).toBeUndefined();
      clock.time += 100;
      server.resume();
      await up(one);
      // The other never noticed anything.
      expect(two.link.isUp).toBe(true);
      expect(await valueAt(two.cache, seen)).toBeUndefined();
      expect(await valueAt(two.cache, unseen)).toBe('before');
      // Nobody knows whether all who changed something were there to tell; lists are not told apart.
      expect(await valueAt(one.cache, unseen)).toBeUndefined();
      expect(await valueAt(two.cache, UNDER)).toBeUndefined();
      await keep(one.cache, unseen, entryOf('after', clock.now() + 1));
      await one.settle();
      expect(await valueAt(one.cache, unseen)).toBe('after');
    }, 50));

  it('what it had confirmed counts for three seconds', () =>
    withOutage(async ({ server, clock, one }) => {
      await keep(one.cache, place(), entryOf('value', clock.now()));
      await one.settle();
      clock.time += 30_000;
      await one.cache.get(place());
      server.pause();
      // The first that is late could be chance.
      expect((await one.cache.get(place())).entry?.freshUntil).toBeLessThanOrEqual(clock.now());
      await until(async () => (await one.cache.get(place())) && !one.link.isUp);
      const { entry } = await one.cache.get(place());
      expect(entry?.freshUntil).toBe(clock.now() + DEGRADED_MS);
      expect(entry?.errorUntil).toBeGreaterThan(clock.now() + 60_000);
    }, 50));

  it('a drop that it may not have heard counts at once for who made it', () =>
    withOutage(async ({ server, clock, one, two }) => {
      await keep(one.cache, place(), entryOf('value', clock.now()));
      await one.settle();
      server.pause();
      await one.cache.drop(['session:one']);
      expect(await valueAt(one.cache, place())).toBeUndefined();
      server.resume();
      await until(async () => (await two.redis.epochOf(place())) === null);
      expect(await valueAt(two.cache, place())).toBeUndefined();
    }, 50));
});

describe('when Redis takes no writes', () => {
  it('as a replica, drops wait until it is a master again', () =>
    withOutage(async ({ server, clock, one, two }) => {
      await keep(one.cache, place(), entryOf('value', clock.now()));
      await one.settle();
      await server.client.replicaof('127.0.0.1', 1);
      await one.cache.drop(['session:one']);
      await everyOperation(one.cache, clock.now());
      expect(one.link.isUp).toBe(false);
      expect(await valueAt(one.cache, place())).toBeUndefined();
      await server.client.replicaof('NO', 'ONE');
      await up(one, two);
      expect(await valueAt(two.cache, place())).toBeUndefined();
    }));

  it('as it is full, drops still work', () =>
    withOutage(async ({ server, clock, one, two }) => {
      await keep(one.cache, place(), entryOf('value', clock.now()));
      await one.settle();
      await server.client.config('SET', 'maxmemory', '1');
      expect(await valueAt(two.cache, place())).toBe('value');
      await one.cache.drop(['session:one']);
      expect(await valueAt(two.cache, place())).toBeUndefined();
      await everyOperation(one.cache, clock.now());
      expect(one.link.isUp).toBe(false);
      await server.client.config('SET', 'maxmemory', '0');
      await up(one, two);
      await keep(one.cache, place(), entryOf('new', clock.now() + 1));
      await one.settle();
      expect(await valueAt(one.cache, place())).toBe('new');
    }));

  it('as it is full, a drop reaches those who have not noticed yet', () =>
    withOutage(async ({ server, clock, one, two }) => {
      await keep(one.cache, place(), entryOf('value', clock.now()));
      await one.settle();
      await server.client.config('SET', 'maxmemory', '1');
      await one.cache.begin(place('session:other'));
      expect(one.link.isUp).toBe(false);
      await one.cache.drop(['session:one']);
      expect(await valueAt(two.cache, place())).toBeUndefined();
    }));

  it('but evicts, that is a miss now and then', () =>
    withOutage(async ({ server, clock, one, two }) => {
      const used = Number(/used_memory:(\d+)/.exec(await server.client.info('memory'))?.[1]);
      await server.client.config('SET', 'maxmemory', `${used + 2_000_000}`);
      await server.client.config('SET', 'maxmemory-policy', 'allkeys-lru');
      const cells = Array.from({ length: 400 }, (_, index) => place(`session:${index}`, { under: 'sessions' }));
      for (const where of cells) await keep(one.cache, where, entryOf([where.cell, 'x'.repeat(20_000)], clock.now()));
      await one.settle();
      let found = 0;
      for (const where of cells) {
        const value = (await valueAt(two.cache, where)) as [string] | undefined;
        if (value === undefined) continue;
        found++;
        expect(value[0]).toBe(where.cell);
      }
      expect(found).toBeLessThan(cells.length);
      expect([one.link.isUp, two.link.isUp]).toEqual([true, true]);
      await one.cache.drop(['sessions']);
      for (const where of cells) expect(await valueAt(two.cache, where)).toBeUndefined();
    }));
});
