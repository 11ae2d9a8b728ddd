import { setTimeout as sleep } from 'node:timers/promises';
import type { Cache, Entry, Place } from '../../src/cache/cache.ts';
import { createMemoryCache } from '../../src/cache/memory.ts';
import { createRedisCache, type RedisCache } from '../../src/cache/redis.ts';
import { CACHE_SCRIPTS } from '../../src/cache/scripts.ts';
import { createTieredCache } from '../../src/cache/tiered.ts';
import { createRedisLink } from '../../src/redis/create-link.ts';
import type { RedisLink } from '../../src/redis/link.ts';
import { recordLog } from '../helpers/log.ts';
import type { RedisServer } from '../helpers/redis.ts';

/** A clock that tests put on. Begins at the present, because Redis has its own. */
export class Clock {
  time = Date.now();
  readonly now = () => this.time;
}

export const place = (cell = 'session:one', more: Partial<Place> = {}): Place => ({ cell, field: 'plain', ...more });

/** Asked for now; fresh for a minute, shown while asked for anew for two, and against errors for an hour. */
export function entryOf(
  value: unknown,
  now: number,
  { fresh = 60_000, revalidate = 120_000, error = 3_600_000 } = {},
): Entry {
  return { value, fetchedAt: now, freshUntil: now + fresh, revalidateUntil: now + revalidate, errorUntil: now + error };
}

/** Begins and stores in one go. */
export async function keep(cache: Cache, where: Place, entry: Entry): Promise<boolean> {
  return cache.store(where, await cache.begin(where), entry);
}

export const valueAt = async (cache: Cache, where: Place): Promise<unknown> => (await cache.get(where)).entry?.value;

/** One gateway's cache, with all that it stands on. */
export type Replica = { cache: Cache; redis: RedisCache; link: RedisLink; lines: string[]; settle(): Promise<void> };

type ReplicaOptions = {
  clock: Clock;
  encryptionKey?: Buffer | null;
  maxBytes?: number;
  commandTimeoutMs?: number;
  /** Puts something between the cache and its link. */
  wrap?: (link: RedisLink) => RedisLink;
};

export async function openReplica(url: string, options: ReplicaOptions): Promise<Replica> {
  const { clock, encryptionKey = null, maxBytes = 1_000_000, commandTimeoutMs = 1000, wrap = (link) => link } = options;
  const { log, lines } = recordLog();
  const { now } = clock;
  const link = wrap(await createRedisLink({ url, scripts: CACHE_SCRIPTS, log, commandTimeoutMs }));
  const redis = createRedisCache({ link, encryptionKey, now });
  const memory = createMemoryCache({ maxBytes, now });
  const cache = createTieredCache({ memory, redis, link, now, log });
  // A value is stored without anybody waiting, by up to two commands: they are over once later ones are, on each node.
  const everywhere = Array.from({ length: 24 }, (_, index) => `nothing ${index}`);
  const settle = async () => {
    for (let round = 0; round < 3; round++) {
      await link.run((client) => Promise.all(everywhere.map((key) => client.exists(key)))).catch(() => undefined);
    }
  };
  return { cache, redis, link, lines, settle };
}

/** Lets time pass for what stands in Redis, whose clock cannot be put on. */
export async function passInRedis({ client }: RedisServer, milliseconds: number): Promise<void> {
  for (const key of await client.keys('checkout-gateway:*')) {
    const left = await client.pttl(key);
    if (left > 0) await client.pexpire(key, left - milliseconds);
    if ((await client.type(key)) !== 'hash') continue;
    for (const [field, value] of Object.entries(await client.hgetall(key))) {
      const [deadline, owner] = value.split(' ');
      if (field.startsWith('t:')) await client.hset(key, field, `${Number(deadline) - milliseconds} ${owner}`);
    }
  }
}

/** Waits for what comes in its own time. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  const end = performance.now() + 15_000;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error('It has not come true in 15 seconds.');
    await sleep(20);
  }
}
