import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { CACHE_SCRIPTS } from '../../src/cache/scripts.ts';
import { createRedisLink } from '../../src/redis/create-link.ts';
import { recordLog } from '../helpers/log.ts';
import { type RedisServer, startRedis } from '../helpers/redis.ts';
import { type Exploration, explore } from './interleavings-runs.ts';
import type { Links } from './interleavings-world.ts';

// Who waits a while between two looks waits for the schedule instead: with a timer of its own one seed would not always
// be one interleaving.
vi.mock('node:timers/promises', async (importActual) => {
  const actual = await importActual<typeof import('node:timers/promises')>();
  const { tasks } = await import('./interleavings-schedule.ts');
  const setTimeout = (milliseconds: number) =>
    tasks.getStore()?.schedule.sleep(milliseconds) ?? actual.setTimeout(milliseconds);
  return { ...actual, setTimeout };
});

const IN_MEMORY = 7000;
const OVER_REDIS = 3000;
/** Worlds that take turns while others wait for Redis. */
const AT_ONCE = 8;
/** Another one each time. INTERLEAVINGS_SEED begins with a world that has failed, in both of the tests. */
const SEED = Number(process.env.INTERLEAVINGS_SEED ?? Math.floor(Math.random() * 2 ** 31));
/** Milliseconds; a machine that is busy otherwise must not make Redis seem to be away. */
const PATIENCE_MS = 10_000;

let server: RedisServer;
let links: Links;

beforeAll(async () => {
  server = await startRedis();
  links = await Promise.all(
    ['A', 'B'].map(async () => {
      const { log } = recordLog();
      const { url } = server;
      return { link: await createRedisLink({ url, scripts: CACHE_SCRIPTS, log, commandTimeoutMs: PATIENCE_MS }), log };
    }),
  );
});
afterAll(async () => {
  await Promise.all(links.map(({ link }) => link.close()));
  await server.stop();
});

describe('no read shows a state older than one acknowledged before it began', () => {
  it(`with one replica and its memory, in ${IN_MEMORY} schedules`, { timeout: 60_000 }, async () => {
    const result = await explore({ seed: SEED, count: IN_MEMORY, atOnce: 1 });
    expect(storyOf(result)).toBe('');
    expect(result.schedules).toBe(IN_MEMORY);
  });

  it(`with two replicas over one Redis, in ${OVER_REDIS} schedules`, { timeout: 120_000 }, async () => {
    const result = await explore({ seed: SEED, count: OVER_REDIS, atOnce: AT_ONCE, links });
    expect(storyOf(result)).toBe('');
    expect(result.schedules).toBe(OVER_REDIS);
    expect(links.every(({ link }) => link.isUp)).toBe(true);
  });
});

/** What to look at when a schedule has gone wrong. */
function storyOf({ failure }: Exploration): string {
  if (!failure) return '';
  const { seed, faults, trace } = failure;
  return [`INTERLEAVINGS_SEED=${seed}`, ...faults, ...trace.map((line, step) => `${step + 1}. ${line}`)].join('\n');
}
