import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Place, Turn } from '../../src/cache/cache.ts';
import { type RedisServer, startRedis } from '../helpers/redis.ts';
import { Clock, entryOf, openReplica, place, type Replica } from './rig.ts';

/*
 * Two gateways at one Redis do things in any order, some at the same time. Each value is the number of the round in
 * which its read was begun. A drop in a later round makes it stale for every read of a round after that.
 */

type Step =
  | { kind: 'get' | 'begin' | 'release' | 'evict'; who: 0 | 1; cell: number; field: number }
  | { kind: 'store'; who: 0 | 1; cell: number; field: number; turn: number }
  | { kind: 'drop'; who: 0 | 1; cells: number[] };

const who = fc.constantFrom<0 | 1>(0, 1);
const target = { who, cell: fc.nat(1), field: fc.nat(1) };
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('get' as const), ...target }) },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('begin' as const), ...target }) },
  { weight: 7, arbitrary: fc.record({ kind: fc.constant('store' as const), ...target, turn: fc.nat(2) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constantFrom('release' as const, 'release' as const, 'evict' as const),
      ...target,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('drop' as const),
      who,
      cells: fc.uniqueArray(fc.nat(2), { minLength: 1 }),
    }),
  },
);
const rounds = fc.array(fc.array(step, { minLength: 1, maxLength: 4 }), { minLength: 10, maxLength: 40, size: 'max' });

let server: RedisServer;
let replicas: [Replica, Replica];
const clock = new Clock();
let walks = 0;

beforeAll(async () => {
  server = await startRedis();
  const open = () => openReplica(server.url, { clock, commandTimeoutMs: 1000 });
  replicas = await Promise.all([open(), open()]);
});
afterAll(async () => {
  await Promise.all(replicas.map(({ link }) => link.close()));
  await server.stop();
});

/** The state of one walk: what was begun, and when each cell was last dropped. */
class Walk {
  readonly #name = `walk ${walks++}`;
  readonly #begun = new Map<string, { turn: Turn; round: number }[]>();
  readonly #dropped = [-1, -1, -1];
  stored = 0;
  found = 0;

  async run(steps: Step[], round: number): Promise<void> {
    await Promise.all(steps.map((each) => this.#take(each, round)));
    for (const each of steps) {
      if (each.kind === 'drop') for (const cell of each.cells) this.#dropped[cell] = round;
    }
  }

  async #take(each: Step, round: number): Promise<void> {
    const { cache } = replicas[each.who];
    if (each.kind === 'drop') return cache.drop(each.cells.map((cell) => this.#cell(cell)));
    if (each.kind === 'evict') return void (await server.client.flushall());
    const where = this.#place(each);
    const begun = this.#begun.get(`${each.who} ${each.cell}`) ?? [];
    if (each.kind === 'get') return this.#look(each, round);
    if (each.kind === 'begin') {
      begun.unshift({ turn: await cache.begin(where), round });
      this.#begun.set(`${each.who} ${each.cell}`, begun);
      return;
    }
    const taken = begun[each.kind === 'store' ? each.turn : 0];
    if (!taken) return;
    if (each.kind === 'release') return cache.release(where, taken.turn);
    if (await cache.store(where, taken.turn, entryOf(taken.round, clock.now()))) this.stored++;
  }

  async #look(each: { who: 0 | 1; cell: number; field: number }, round: number): Promise<void> {
    // A drop in the same round may come before or after.
    const bounds = [this.#dropped[each.cell] ?? -1, this.#dropped[2] ?? -1];
    const { entry } = await replicas[each.who].cache.get(this.#place(each));
    if (!entry) return;
    this.found++;
    expect(entry.value, `round ${round}`).toBeGreaterThanOrEqual(Math.max(...bounds));
  }

  readonly #cell = (cell: number) => (cell === 2 ? `${this.#name} above` : `${this.#name} ${cell}`);

  #place({ cell, field }: { cell: number; field: number }): Place {
    const covering = field === 0 ? { covering: ['field 1'] } : {};
    return place(this.#cell(cell), { field: `field ${field}`, under: this.#cell(2), ...covering });
  }
}

it('never gives what was read before a drop, whoever dropped it and whoever asks', async () => {
  let [stored, found] = [0, 0];
  await fc.assert(
    fc.asyncProperty(rounds, async (walk) => {
      const state = new Walk();
      for (const [round, steps] of walk.entries()) await state.run(steps, round);
      stored += state.stored;
      found += state.found;
    }),
    { numRuns: 300 },
  );
  expect(replicas.map(({ link }) => link.isUp)).toEqual([true, true]);
  // Else it would have proved nothing.
  expect(stored).toBeGreaterThan(100);
  expect(found).toBeGreaterThan(50);
});
