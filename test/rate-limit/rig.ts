import { createRateLimiter } from '../../src/rate-limit/create-limiter.ts';
import type { Rate, RateLimiter } from '../../src/rate-limit/rate.ts';
import { RATE_SCRIPTS } from '../../src/rate-limit/scripts.ts';
import { createRedisLink } from '../../src/redis/create-link.ts';
import type { RedisLink } from '../../src/redis/link.ts';
import { recordLog } from '../helpers/log.ts';

export type LimiterRig = {
  limiter: RateLimiter;
  link: RedisLink;
  /** What the limiter itself said in the log. */
  told(): string[];
  /** How many of so many at once a caller may have. */
  allowedOf(count: number, caller?: string): Promise<number>;
};

/** What one replica has. */
export async function openLimiter(url: string, rate: Rate, encryptionKey: Buffer | null = null): Promise<LimiterRig> {
  const { log, lines } = recordLog();
  const link = await createRedisLink({ url, scripts: RATE_SCRIPTS, log });
  const limiter = createRateLimiter({ rate, link, encryptionKey, log, now: Date.now });
  return {
    limiter,
    link,
    told: () => lines.filter((line) => line.includes('rate limits cannot be shared')),
    async allowedOf(count, caller = 'caller shop') {
      const taken = await Promise.all(Array.from({ length: count }, () => limiter.take(caller)));
      return taken.filter(({ allowed }) => allowed).length;
    },
  };
}
