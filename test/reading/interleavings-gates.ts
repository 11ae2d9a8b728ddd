import type { Cache, Place, Turn } from '../../src/cache/cache.ts';
import type { RedisLink } from '../../src/redis/link.ts';
import { type Schedule, tasks } from './interleavings-schedule.ts';

/** Keeps count of the turns that were taken and not given back. */
export class Turns {
  readonly taken = new Set<Turn>();
}

/**
 * A cache in which the schedule decides when each operation begins and when its result is heard of.
 * @param now epoch milliseconds
 */
export function gatedCache(cache: Cache, schedule: Schedule, turns: Turns, now: () => number): Cache {
  const gated = gate(schedule, 'cache');
  return {
    get: (place) => gated(`get ${nameOf(place)}`, () => cache.get(place)),
    async begin(place) {
      const task = tasks.getStore();
      const begunAt = now();
      const turn = await gated(`begin ${nameOf(place)}`, () => cache.begin(place));
      if (task) task.begun = { what: `${place.cell} ${place.field} ${turn.epoch}`, at: begunAt };
      if (turn.isMine) turns.taken.add(turn);
      return turn;
    },
    async store(place, turn, entry) {
      const isStored = await gated(`store ${nameOf(place)}`, () => cache.store(place, turn, entry));
      turns.taken.delete(turn);
      return isStored;
    },
    async release(place, turn) {
      await gated(`release ${nameOf(place)}`, () => cache.release(place, turn));
      turns.taken.delete(turn);
    },
    drop: (cells) => gated(`drop ${cells.map(short).join(', ')}`, () => cache.drop(cells)),
    show: (cell, version) => gated(`show ${short(cell)}`, () => cache.show(cell, version)),
  };
}

/** The same one layer down, for each way from a replica to Redis and back. */
export function gatedLink(link: RedisLink, schedule: Schedule): RedisLink {
  const between = gate(schedule, 'redis');
  const gated = <T>(label: string, work: () => Promise<T>) => between(label, () => schedule.outside(work));
  return {
    get isUp() {
      return link.isUp;
    },
    run: (work) => gated('commands', () => link.run(work)),
    attempt: (work) => gated('an attempt', () => link.attempt(work)),
    call: (script, keys, args) => gated(script, () => link.call(script, keys, args)),
    beforeReturn: (work) => link.beforeReturn(work),
    close: () => link.close(),
  };
}

const gate =
  (schedule: Schedule, layer: 'cache' | 'redis') =>
  async <T>(label: string, work: () => Promise<T>): Promise<T> => {
    await schedule.gate(layer, label);
    const result = await work();
    await schedule.gate(layer, `${label} is done`);
    return result;
  };

/** Without the account, which is the same for all. */
const short = (cell: string): string => cell.split(' ').slice(2).join(' ');
const nameOf = ({ cell, field }: Place): string => `${short(cell)} ${field}`;
