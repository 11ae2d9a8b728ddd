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
  return {
    ...actual,
    setTimeout: (milliseconds: number) => tasks.getStore()?.schedule.sleep(milliseconds) ?? actual.setTimeout(milliseconds),
  };
});

const IN_MEMORY = Number(process.env.INTERLEAVINGS ?? 7000);
const OVER_REDIS = 3000;
/** Another one each time; INTERLEAVINGS_SEED plays one again. */
const SEED = Number(process.env.INTERLEAVINGS_SEED ?? Math.floor(Math.random() * 2 ** 31));

/** What to look at when a schedule has failed. */
function storyOf({ failure }: Exploration): string {
  if (!failure) return '';
  const { seed, faults, trace } = failure;
  return [`Seed ${seed}:`, ...faults, '', ...trace.map((line, step) => `${step + 1}. ${line}`)].join('\n');
}

describe('no read shows a state older than one acknowledged before it began', () => {
  it(`with a memory of its own, in ${IN_MEMORY} schedules`, async () => {
    const begun = performance.now();
    const result = await explore({ seed: SEED, count: IN_MEMORY, atOnce: Number(process.env.AT_ONCE ?? 8) });
    console.log(result.schedules, result.steps, performance.now() - begun);
    expect(storyOf(result)).toBe('');
  }, 60_000);
});
