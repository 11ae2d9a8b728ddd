import type { RedisLink } from '../redis/link.ts';
import type { Log } from '../telemetry/log.ts';
import { createRateKeyName } from './key-names.ts';
import { OwnLimiter } from './own-limiter.ts';
import type { Rate, RateLimiter } from './rate.ts';
import { SharedLimiter } from './shared-limiter.ts';

export type RateLimiterOptions = {
  rate: Rate;
  /** Made with RATE_SCRIPTS. Null: this process counts for itself. */
  link: RedisLink | null;
  /** 32 bytes; with it, nobody can tell from a key's name whose it is. */
  encryptionKey: Buffer | null;
  log: Log;
  /** Epoch milliseconds. */
  now: () => number;
};

export function createRateLimiter({ rate, link, encryptionKey, log, now }: RateLimiterOptions): RateLimiter {
  if (link) return new SharedLimiter({ rate, link, keyName: createRateKeyName(encryptionKey), log, now });
  const own = new OwnLimiter(rate, now);
  return { take: async (caller) => own.take(caller), giveBack: (caller) => own.giveBack(caller) };
}
