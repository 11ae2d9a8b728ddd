import { between, chance } from '../../sandbox/prng.ts';
import { play, playLast } from './interleavings-players.ts';
import { type Links, World } from './interleavings-world.ts';

type Options = {
  /** Of the first world; each next one has the next number. */
  seed: number;
  /** How many schedules. */
  count: number;
  /** In how many worlds at once, so that not each step waits for Redis alone. */
  atOnce: number;
  /** @default one replica with a memory of its own */
  links?: Links;
};

export type Exploration = {
  schedules: number;
  /** The shortest of the first worlds that went wrong. */
  failure: { seed: number; faults: readonly string[]; trace: readonly string[] } | null;
};

/** Schedules in one world, each beginning with what the one before has left in the caches. */
const ROUNDS = 20;
/** After that many failures the shortest is short enough. */
const ENOUGH_FAILURES = 10;

/** Plays many schedules, each made up from its world's seed. */
export async function explore({ seed, count, atOnce, links }: Options): Promise<Exploration> {
  const failures: NonNullable<Exploration['failure']>[] = [];
  let worlds = 0;
  let schedules = 0;
  const worker = async () => {
    while (schedules < count && failures.length < ENOUGH_FAILURES) {
      const own = seed + worlds++;
      const world = new World(own, links ?? null);
      const rounds = Math.min(ROUNDS, count - schedules);
      schedules += rounds;
      await playRounds(world, rounds);
      const { faults } = world.oracle;
      if (faults.length > 0) failures.push({ seed: own, faults, trace: world.schedule.trace });
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  failures.sort((a, b) => a.trace.length - b.trace.length);
  return { schedules, failure: failures[0] ?? null };
}

/** Until the first that goes wrong. */
async function playRounds(world: World, rounds: number): Promise<void> {
  try {
    for (let round = 1; round <= rounds && world.oracle.faults.length === 0; round++) {
      world.schedule.trace.push(`Round ${round}.`);
      if (chance(world.random, 0.3)) world.register.renew();
      const players = between(world.random, 3, 12);
      for (let number = 1; number <= players; number++) play(world, number);
      await world.run();
    }
    if (world.oracle.faults.length > 0) return;
    playLast(world);
    await world.run();
  } catch (error) {
    world.oracle.fault(String(error));
  }
}
