import { between } from '../../sandbox/prng.ts';
import { play, playLast } from './interleavings-players.ts';
import { type Links, World } from './interleavings-world.ts';

type Options = {
  /** Of the first world; each next one has the next number. */
  seed: number;
  /** How many schedules. */
  count: number;
  /** Of how many the steps are taken side by side, so that not each waits for Redis alone. */
  atOnce: number;
  /** @default one replica with a memory of its own */
  links?: Links;
};

export type Exploration = {
  schedules: number;
  steps: number;
  /** The shortest of the first ones that went wrong. */
  failure: { seed: number; faults: readonly string[]; trace: readonly string[] } | null;
};

/** After that many failures the shortest is short enough. */
const ENOUGH_FAILURES = 10;

/** Plays many schedules, each made up from its seed. */
export async function explore({ seed, count, atOnce, links }: Options): Promise<Exploration> {
  const failures: NonNullable<Exploration['failure']>[] = [];
  let schedules = 0;
  let steps = 0;
  const worker = async () => {
    while (schedules < count && failures.length < ENOUGH_FAILURES) {
      const own = seed + schedules++;
      const world = await playWorld(own, links ?? null);
      const { trace } = world.schedule;
      steps += trace.length;
      if (world.oracle.faults.length > 0) failures.push({ seed: own, faults: world.oracle.faults, trace });
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  failures.sort((a, b) => a.trace.length - b.trace.length);
  return { schedules, steps, failure: failures[0] ?? null };
}

async function playWorld(seed: number, links: Links | null): Promise<World> {
  const world = new World(seed, links);
  const players = between(world.random, 3, 12);
  try {
    for (let number = 1; number <= players; number++) play(world, number);
    await world.run();
    playLast(world);
    await world.run();
  } catch (error) {
    world.oracle.fault(String(error));
  }
  return world;
}
