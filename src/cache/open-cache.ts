import type { RedisLink } from '../redis/link.ts';
import type { Log } from '../telemetry/log.ts';
import type { Cache } from './cache.ts';
import type { UnreadableReason } from './codec.ts';
import { createMemoryCache } from './memory.ts';
import { createRedisCache } from './redis.ts';
import { createTieredCache } from './tiered.ts';

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
export function openCache({ memoryBytes, link, encryptionKey, now, log }: Options): Cache {
  const memory = createMemoryCache({ maxBytes: memoryBytes, now });
  if (!link) return memory;
  const redis = createRedisCache({ link, encryptionKey, now, onUnreadable: logOnce(log) });
  return createTieredCache({ memory, redis, link, now, log });
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
