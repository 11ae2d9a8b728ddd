import { between, chance, pick } from '../../sandbox/prng.ts';
import type { Cache } from '../../src/cache/cache.ts';
import { createMemoryCache } from '../../src/cache/memory.ts';
import { createRedisCache } from '../../src/cache/redis.ts';
import { createTieredCache } from '../../src/cache/tiered.ts';
import { createSharedReads, type SharedReads } from '../../src/reading/shared-reads.ts';
import type { RedisLink } from '../../src/redis/link.ts';
import type { Log } from '../../src/telemetry/log.ts';
import { gatedCache, gatedLink, Turns } from './interleavings-gates.ts';
import { Oracle } from './interleavings-oracle.ts';
import { ModelProvider, Register } from './interleavings-provider.ts';
import { Schedule, tasks } from './interleavings-schedule.ts';

const START = Date.UTC(2026, 0, 2);
const MEMORY_BYTES = 1_000_000;
/** Milliseconds; a value's freshness, what follows it and all its life lie between them. */
const LEAPS = [100, 2000, 3200, 8000, 14_000, 40_000, 660_000] as const;

/** One gateway's reading, with its own connection to the provider. */
export type Replica = { name: string; reads: SharedReads; provider: ModelProvider; now: () => number };

/** Links to one Redis, one for each replica, or nothing for one replica with a memory of its own. */
export type Links = readonly { link: RedisLink; log: Log }[];

/** What one seed decides about: sessions, a clock, replicas that play in one schedule. */
export class World {
  readonly schedule: Schedule;
  readonly oracle: Oracle;
  readonly register: Register;
  readonly turns = new Turns();
  readonly replicas: readonly Replica[];
  readonly #fails: number;
  readonly #account: string;
  #time = START;
  #left = 0;

  constructor(seed: number, links: Links | null) {
    this.schedule = new Schedule(seed, (milliseconds) => this.pass(milliseconds));
    this.oracle = new Oracle(this.schedule);
    this.register = new Register(this.schedule, () => this.#time);
    this.#fails = this.register.lags ? 0 : pick(this.schedule.random, [0, 0, 0.15]);
    // Worlds that share a Redis do not share anything in it.
    this.#account = `${seed}`;
    this.replicas = links
      ? links.map(({ link, log }, index) => this.#replica('AB'[index] ?? '', (now) => this.#tiered(link, log, now)))
      : [this.#replica('A', (now) => createMemoryCache({ maxBytes: MEMORY_BYTES, now }))];
  }

  get random() {
    return this.schedule.random;
  }

  anyReplica(): Replica {
    return pick(this.random, this.replicas);
  }

  pass(milliseconds: number): void {
    this.#time += milliseconds;
  }

  leap(): void {
    this.pass(pick(this.random, LEAPS));
  }

  /** Something that goes on at the same time as all else. */
  start(name: string, work: () => Promise<void>): void {
    this.#left++;
    const task = { name, schedule: this.schedule, begun: null, wasBehind: false };
    tasks.run(task, async () => {
      try {
        await this.schedule.gate('begin', 'begins');
        await work();
      } catch (error) {
        this.oracle.fault(`${name} failed: ${error instanceof Error ? error.stack : String(error)}`);
      } finally {
        this.#left--;
      }
    });
  }

  /** Until all that was started has come to its end. */
  async run(): Promise<void> {
    await this.schedule.run();
    if (this.#left > 0) this.oracle.fault(`${this.#left} wait for ever`);
    for (const { name, provider } of this.replicas) {
      if (provider.inFlight > 0) this.oracle.fault(`${provider.inFlight} fetches of ${name} have not landed`);
    }
    if (this.turns.taken.size > 0) this.oracle.fault(`${this.turns.taken.size} turns were not given back`);
  }

  #replica(name: string, open: (now: () => number) => Cache): Replica {
    const { schedule } = this;
    // No two machines have quite the same time.
    const skew = between(this.random, -500, 500);
    const now = () => this.#time + skew;
    const cache = gatedCache(open(now), schedule, this.turns, now);
    const provider = new ModelProvider({
      schedule,
      register: this.register,
      now,
      failures: this.#fails,
      onTwice: (what) => this.oracle.fault(`${name} asks twice at a time for ${what}`),
    });
    const accounts = { FLEX: this.#account };
    const reads = createSharedReads({ cache, accounts, fetchMs: 10_000, now, random: this.random });
    return { name, reads, provider, now };
  }

  #tiered(shared: RedisLink, log: Log, now: () => number): Cache {
    const link = gatedLink(shared, this.schedule);
    const redis = createRedisCache({ link, encryptionKey: null, now });
    const memory = createMemoryCache({ maxBytes: MEMORY_BYTES, now });
    return createTieredCache({ memory, redis, link, now, log });
  }
}

/** Whether something happens, with this probability. */
export const happens = (world: World, probability: number): boolean => chance(world.random, probability);
