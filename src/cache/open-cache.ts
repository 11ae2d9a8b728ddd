import { uptimeMs } from '../redis/inspect.ts';
import type { RedisLink } from '../redis/link.ts';
import type { Log } from '../telemetry/log.ts';
import type { Cache } from './cache.ts';
import type { UnreadableReason } from './codec.ts';
import { createMemoryCache } from './memory.ts';
import { createRedisCache } from './redis.ts';
import { createTieredCache } from './tiered.ts';

/** Milliseconds by which Redis rounds the time that it has been there. */
const ROUNDED_MS = 1000;

type Options = {
  /** Bytes that cached answers may take in this process, about. */
  memoryBytes: number;
  /** Made with `CACHE_SCRIPTS`; null when there is no Redis. */
  link: RedisLink | null;
  /** 32 bytes. */
  encryptionKey: Buffer | null;
  /** Epoch milliseconds. */
  now: () => number;
  log: Log;
};

/** The cache as the settings want it: in this process alone, or in front of Redis. */
export async function openCache({ memoryBytes, link, encryptionKey, now, log }: Options): Promise<Cache> {
  const memory = createMemoryCache({ maxBytes: memoryBytes, now });
  if (!link) return memory;
  const redis = createRedisCache({ link, encryptionKey, now, onUnreadable: logOnce(log) });
  return createTieredCache({ memory, redis, link, now, log, trustedSince: await startOf(link, now) });
}

/**
 * When Redis was started: what it has from before that comes from a file, which may be older than changes that it was
 * told of. When it does not tell, all is believed; when it is away, that is found out again as it comes back.
 */
async function startOf(link: RedisLink, now: () => number): Promise<number> {
  const uptime = await link.attempt(uptimeMs).catch(() => Number.NaN);
  return Number.isFinite(uptime) ? now() - uptime - ROUNDED_MS : Number.NEGATIVE_INFINITY;
}

/** Somebody else writes to the same keys, or the memory of Redis is broken: every value would say so. */
function logOnce(log: Log): (reason: UnreadableReason) => void {
  const logged = new Set<UnreadableReason>();
  return (reason) => {
    if (logged.has(reason)) return;
    logged.add(reason);
    log.warn({ reason }, 'a value in redis is not one that this gateway has written; such values are read anew');
  };
}
