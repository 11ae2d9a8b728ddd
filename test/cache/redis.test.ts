import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Cache } from '../../src/cache/cache.ts';
import { createRedisCache, type RedisCache } from '../../src/cache/redis.ts';
import { CACHE_SCRIPTS } from '../../src/cache/scripts.ts';
import { createRedisLink } from '../../src/redis/create-link.ts';
import { recordLog } from '../helpers/log.ts';
import { type RedisServer, startRedis } from '../helpers/redis.ts';
import { describeCache, type World } from './cache-contract.ts';
import { Clock, entryOf, keep, passInRedis, place, valueAt } from './rig.ts';
import { describeSharing } from './sharing-contract.ts';

let server: RedisServer;
beforeAll(async () => {
  server = await startRedis();
});
afterAll(() => server.stop());

const KEY = randomBytes(32);
const UNDER = place('list:page', { under: 'lists' });

async function open(encryptionKey: Buffer | null = null) {
  await server.client.flushall();
  const clock = new Clock();
  const reasons: string[] = [];
  const connect = () =>
    createRedisLink({ url: server.url, scripts: CACHE_SCRIPTS, log: recordLog().log, commandTimeoutMs: 1000 });
  const [link, otherLink] = await Promise.all([connect(), connect()]);
  const options = { encryptionKey, now: clock.now, onUnreadable: (reason: string) => void reasons.push(reason) };
  return {
    cache: asCache(createRedisCache({ ...options, link })),
    other: asCache(createRedisCache({ ...options, link: otherLink })),
    reasons,
    now: clock.now,
    async pass(milliseconds: number) {
      clock.time += milliseconds;
      await passInRedis(server, milliseconds);
    },
    async settle() {},
    async close() {
      await Promise.all([link.close(), otherLink.close()]);
    },
  } satisfies World & { reasons: string[] };
}

/** With the face that callers get; only the tiered store drops what a value is shown in. */
const asCache = (redis: RedisCache): Omit<RedisCache, 'store'> & Cache => ({
  get: (place) => redis.get(place),
  epochOf: (place) => redis.epochOf(place),
  begin: (place) => redis.begin(place),
  async store(place, turn, entry) {
    const { isStored, isNews } = await redis.store(place, turn, entry);
    if (isNews && place.shownIn) await redis.drop(place.shownIn);
    return isStored;
  },
  release: (place, turn) => redis.release(place, turn),
  drop: (cells) => redis.drop(cells),
  show: (cell, version) => redis.show(cell, version),
  tell: (client, news) => redis.tell(client, news),
});

type Opened = Awaited<ReturnType<typeof open>>;

async function withRedis(use: (world: Opened) => Promise<void>, encryptionKey: Buffer | null = null): Promise<void> {
  const world = await open(encryptionKey);
  await use(world).finally(() => world.close());
}

/** The keys that the cache has made: the link has one of its own. */
const keys = async () => (await server.client.keys('checkout-gateway:1:*')).sort();

describeCache('Redis', () => open());
describeCache('Redis, encrypted', () => open(KEY));
describeSharing('Redis', () => open());

describe('what stands in Redis', () => {
  it('is kept as long as it may be needed, and no longer', () =>
    withRedis(async ({ cache, now }) => {
      const left = async () => Promise.all((await keys()).map((key) => server.client.pttl(key)));
      const turn = await cache.begin(place());
      expect((await left())[0]).toBeGreaterThan(50_000);
      expect((await left())[0]).toBeLessThanOrEqual(60_000);
      await cache.store(place(), turn, entryOf('value', now(), { error: 24 * 3_600_000 }));
      expect((await left())[0]).toBeGreaterThan(23 * 3_600_000);
      await keep(cache, place(), entryOf('value', now()));
      expect((await left())[0]).toBeGreaterThan(23 * 3_600_000);
      await cache.drop(['session:one']);
      expect(await keys()).toEqual([]);
      await cache.begin(UNDER);
      expect(Math.max(...(await left()))).toBeGreaterThan(23 * 3_600_000);
      await cache.show('session:one', { updatedAt: null, stage: 1, isArchived: false });
      expect((await left()).every((time) => time > 0 && time <= 24 * 3_600_000)).toBe(true);
    }));

  it('shows nobody a name or a value when it is encrypted', () =>
    withRedis(async ({ cache, now }) => {
      const canaries = ['canary-cell', 'canary-above', 'canary-value', 'canary-name'];
      const where = place('canary-cell', { under: 'canary-above', covering: ['customer'] });
      await keep(cache, where, entryOf({ 'canary-name': ['canary-value'] }, now()));
      await cache.begin(where);
      await cache.show('canary-cell', { updatedAt: '2026-11-01T00:00:00.000Z', stage: 1, isArchived: false });
      expect(await valueAt(cache, where)).toEqual({ 'canary-name': ['canary-value'] });
      const all = await everything();
      expect(await keys()).toHaveLength(3);
      for (const canary of canaries) {
        for (const form of [canary, Buffer.from(canary).toString('base64').slice(0, 12)])
          expect(all).not.toContain(form);
      }
    }, KEY));

  it('has names that depend on the key', async () => {
    const names: string[] = [];
    for (const key of [KEY, randomBytes(32), null]) {
      await withRedis(async ({ cache }) => {
        await cache.begin(place());
        names.push(...(await keys()));
      }, key);
    }
    expect(new Set(names).size).toBe(3);
    for (const name of names) expect(name).toMatch(/^checkout-gateway:1:[\w-]{32}$/);
  });

  it('is not taken from another field or cell, even by who may write', () =>
    withRedis(async ({ cache, now, reasons }) => {
      await keep(cache, place('session:rich'), entryOf('rich', now()));
      await cache.begin(place('session:poor'));
      for (const from of await keys()) {
        const fields = await server.client.hgetallBuffer(from);
        const value = fields['v:plain'];
        if (!value) continue;
        await server.client.hset(from, 'v:customer', value);
        for (const to of await keys()) await server.client.hset(to, fields);
      }
      const found = [
        await valueAt(cache, place('session:poor')),
        await valueAt(cache, place('session:rich', { field: 'customer' })),
      ];
      expect(found).toEqual([undefined, undefined]);
      expect(reasons.length).toBeGreaterThan(0);
    }, KEY));
});

/** All bytes that who may read Redis can see. */
async function everything(): Promise<string> {
  const parts: string[] = [];
  for (const key of await server.client.keys('*')) {
    parts.push(key, (await server.client.dumpBuffer(key))?.toString('latin1') ?? '');
    if ((await server.client.type(key)) !== 'hash') continue;
    const fields = await server.client.hgetallBuffer(key);
    for (const [field, value] of Object.entries(fields)) parts.push(field, value.toString('latin1'));
  }
  return parts.join('\n');
}

describe('what others have put in our place', () => {
  const put: Record<string, (key: string) => Promise<unknown>> = {
    'a string': (key) => server.client.set(key, 'foreign'),
    'a list': (key) => server.client.rpush(key, 'foreign', 'more'),
    'a set': (key) => server.client.sadd(key, 'foreign'),
    'a hash of other fields': (key) => server.client.hset(key, 'foreign', 'value'),
    'a hash with a token that is none': (key) => server.client.hset(key, 'token', Buffer.from([0xff, 0xfe, 0])),
  };
  for (const [what, make] of Object.entries(put)) {
    it(`is a miss and makes way: ${what}`, () =>
      withRedis(async ({ cache, now }) => {
        await keep(cache, UNDER, entryOf('value', now()));
        await cache.show('list:page', { updatedAt: null, stage: 2, isArchived: false });
        const turn = await cache.begin(UNDER);
        for (const key of await keys()) {
          await server.client.del(key);
          await make(key);
        }
        expect(await cache.store(UNDER, turn, entryOf('late', now()))).toBe(false);
        await cache.release(UNDER, turn);
        expect(await cache.get(UNDER)).toEqual({ epoch: null, entry: null, field: null });
        for (const key of await keys()) {
          await server.client.del(key);
          await make(key);
        }
        const anew = await cache.begin(UNDER);
        expect(anew).toMatchObject({ isMine: true, shown: null });
        expect(await cache.store(UNDER, anew, entryOf('value', now()))).toBe(true);
        expect(await valueAt(cache, UNDER)).toBe('value');
        await cache.show('list:page', { updatedAt: null, stage: 2, isArchived: false });
        expect((await cache.begin(UNDER)).shown).toEqual({ updatedAt: null, stage: 2, isArchived: false });
      }));
  }

  it('is a miss: values that are damaged', () =>
    withRedis(async ({ cache, now, reasons }) => {
      await keep(cache, place(), entryOf('value', now()));
      const [key = ''] = await keys();
      const bytes = await server.client.hgetBuffer(key, 'v:plain');
      for (const value of [
        '',
        'foreign',
        bytes?.subarray(0, 30) ?? '',
        Buffer.concat([bytes ?? Buffer.alloc(0), Buffer.alloc(1)]),
      ]) {
        await server.client.hset(key, 'v:plain', value);
        expect(await valueAt(cache, place())).toBeUndefined();
      }
      expect(reasons).toHaveLength(4);
      await keep(cache, place(), entryOf('value', now()));
      expect(await valueAt(cache, place())).toBe('value');
    }));

  it('does not stay as a turn for ever, nor as the newest version of all', () =>
    withRedis(async ({ cache }) => {
      await cache.begin(place());
      const [key = ''] = await keys();
      for (const turn of ['', 'foreign', '99999999999999 somebody', '-1 x']) {
        await server.client.hset(key, 't:plain', turn);
        expect((await cache.begin(place())).isMine).toBe(true);
      }
      const version = { updatedAt: '2026-11-01T00:00:00.000Z', stage: 1, isArchived: false };
      await cache.show('session:one', version);
      const shownKey = (await keys()).find((each) => each !== key) ?? '';
      await server.client.hset(shownKey, 'updatedAt', 'zzz', 'stage', 'nan', 'isArchived', 'yes');
      expect((await cache.begin(place())).shown).toBeNull();
      await cache.show('session:one', version);
      expect((await cache.begin(place())).shown).toEqual(version);
    }));
});

it('does not send values above 4 MiB, and gives the turn back', () =>
  withRedis(async ({ cache, now }) => {
    const turn = await cache.begin(place());
    expect(await cache.store(place(), turn, entryOf('x'.repeat(5 * 1024 * 1024), now()))).toBe(false);
    expect((await cache.begin(place())).isMine).toBe(true);
  }));
