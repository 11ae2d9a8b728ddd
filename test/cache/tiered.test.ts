import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEGRADED_MS } from '../../src/cache/held.ts';
import { type RedisServer, startRedis } from '../helpers/redis.ts';
import { describeCache, type World } from './cache-contract.ts';
import { Clock, entryOf, keep, openReplica, passInRedis, place, type Replica, valueAt } from './rig.ts';
import { describeSharing } from './sharing-contract.ts';

let server: RedisServer;
beforeAll(async () => {
  server = await startRedis();
});
afterAll(() => server.stop());

type Opened = World & { replicas: [Replica, Replica]; clock: Clock; other: Replica['cache'] };

async function open(url = server.url, maxBytes = 1_000_000): Promise<Opened> {
  await server.client.flushall();
  const clock = new Clock();
  const [one, two] = await Promise.all([openReplica(url, { clock, maxBytes }), openReplica(url, { clock, maxBytes })]);
  return {
    replicas: [one, two],
    clock,
    cache: one.cache,
    other: two.cache,
    now: clock.now,
    async pass(milliseconds) {
      clock.time += milliseconds;
      await passInRedis(server, milliseconds);
    },
    async settle() {
      await one.settle();
      await two.settle();
    },
    async close() {
      await Promise.all([one.link.close(), two.link.close()]);
    },
  };
}

/** A link that is closed is away for good, and that at once. */
async function openAway(): Promise<Opened> {
  const world = await open();
  await world.close();
  return world;
}

async function withReplicas(use: (world: Opened) => Promise<void>, opening = open()): Promise<void> {
  const world = await opening;
  await use(world).finally(() => world.close());
}

const UNDER = place('list:page', { under: 'lists' });

describeCache('memory and Redis', () => open());
describeSharing('memory and Redis', () => open());
describeCache('memory and a Redis that is away', openAway);

describe('memory in front of Redis', () => {
  it('asks Redis only whether its values still hold', () =>
    withReplicas(async ({ cache, other, now, settle, replicas }) => {
      const value = { id: 'one' };
      await keep(cache, UNDER, entryOf(value, now()));
      await settle();
      expect(await valueAt(cache, UNDER)).toBe(value);
      const here = await valueAt(other, UNDER);
      expect(here).toEqual(value);
      await server.client.config('RESETSTAT');
      expect(await valueAt(other, UNDER)).toBe(here);
      const stats = await server.client.info('commandstats');
      expect(stats).toContain('cmdstat_hmget:calls=2,');
      expect(stats).not.toContain('evalsha');
      expect(replicas[0].lines).toEqual([]);
    }));

  it('works without memory', () =>
    withReplicas(
      async ({ cache, now, settle }) => {
        await keep(cache, UNDER, entryOf('value', now()));
        await settle();
        expect(await valueAt(cache, UNDER)).toBe('value');
        await cache.drop(['lists']);
        expect(await valueAt(cache, UNDER)).toBeUndefined();
      },
      open(server.url, 0),
    ));

  it('takes evicted keys for misses', () =>
    withReplicas(async ({ cache, now, settle }) => {
      await keep(cache, UNDER, entryOf('value', now()));
      await settle();
      await server.client.flushall();
      expect(await valueAt(cache, UNDER)).toBeUndefined();
      const turn = await cache.begin(UNDER);
      await server.client.flushall();
      await cache.store(UNDER, turn, entryOf('value', now()));
      await settle();
      expect(await valueAt(cache, UNDER)).toBeUndefined();
    }));

  it('does not mind turns that it has not given', () =>
    withReplicas(async ({ cache, now }) => {
      const turn = { ...(await cache.begin(place())) };
      expect(await cache.store(place(), turn, entryOf('value', now()))).toBe(false);
      await cache.release(place(), turn);
    }));
});

describe('memory without Redis', () => {
  it('is believed for three seconds after it was fetched, and then only in need', () =>
    withReplicas(async ({ cache, now, pass }) => {
      const entry = entryOf('value', now());
      await keep(cache, place(), entry);
      const until = entry.fetchedAt + DEGRADED_MS;
      expect((await cache.get(place())).entry).toEqual({ ...entry, freshUntil: until, revalidateUntil: until });
      await pass(DEGRADED_MS + 1000);
      const later = (await cache.get(place())).entry;
      expect(later?.freshUntil).toBeLessThan(now());
      expect(later?.revalidateUntil).toBeLessThan(now());
      expect(later?.errorUntil).toBe(entry.errorUntil);
    }, openAway()));

  it('does not make short times longer', () =>
    withReplicas(async ({ cache, now }) => {
      const entry = entryOf('value', now(), { fresh: 100, revalidate: 5000 });
      await keep(cache, place(), entry);
      expect((await cache.get(place())).entry).toEqual({ ...entry, revalidateUntil: entry.fetchedAt + DEGRADED_MS });
    }, openAway()));

  it('is believed for three seconds after Redis confirmed it last', async () => {
    const away = await startRedis();
    await withReplicas(async ({ cache, now, clock, settle }) => {
      const entry = entryOf('value', now());
      await keep(cache, place(), entry);
      await settle();
      clock.time += 10_000;
      expect((await cache.get(place())).entry).toEqual(entry);
      await away.kill();
      clock.time += 1000;
      await expect
        .poll(async () => (await cache.get(place())).entry?.freshUntil)
        .toBe(entry.fetchedAt + 10_000 + DEGRADED_MS);
    }, open(away.url)).finally(() => away.stop());
  });
});
