import { AsyncLocalStorage } from 'node:async_hooks';
import { setImmediate as settled } from 'node:timers/promises';
import { chance, pick, type Random, randomOf } from '../../sandbox/prng.ts';

/** What runs concurrently with other such: one read, one change, one webhook. */
export type Task = {
  name: string;
  schedule: Schedule;
  /** What its flight has begun last, for who looks at which fetches are in flight, and when it set out to (epoch ms). */
  begun: { what: string; at: number } | null;
  /** Whether the provider's last answer to it was an old one. */
  wasBehind: boolean;
};

export const tasks = new AsyncLocalStorage<Task>();

type Layer = (typeof LAYERS)[number] | 'begin' | 'sleep';
type Waiting = { lane: string; layer: Layer; label: string; sleepMs: number; go: () => void };

/** What a step can belong to, beside the beginning of a task: the provider looks, it answers, and what the caches do. */
const LAYERS = ['look', 'answer', 'cache', 'redis'] as const;
const MANNERS = ['anybody', 'priority', 'slow'] as const;

/** More than any schedule needs in which nobody waits for ever. */
const MOST_STEPS = 20_000;

/**
 * Decides, by a seed alone, which of those who wait at a gate goes on. All else stands still meanwhile, so that one seed
 * is one interleaving. A third of the runs pick anybody at any time; another lets one lane go as far as it can before
 * another, which finds what takes one long delay in the right place; and the last has one kind of step that takes long.
 */
export class Schedule {
  /** For everybody who plays in it. */
  readonly random: Random;
  /** What has happened, one line a step. */
  readonly trace: string[] = [];
  readonly #random: Random;
  #manner: (typeof MANNERS)[number] = 'anybody';
  #slowLayer = '';
  readonly #priorities = new Map<string, number>();
  readonly #passTime: (milliseconds: number) => void;
  #waiting: Waiting[] = [];
  #outside = 0;
  #goesOutside = false;
  #outsideDone = () => {};
  #lowest = 0;

  /** @param passTime puts the schedule's own clock forward */
  constructor(seed: number, passTime: (milliseconds: number) => void) {
    this.random = randomOf(seed, 'world');
    this.#random = randomOf(seed, 'schedule');
    this.#passTime = passTime;
  }

  /** How many steps it has taken so far. */
  get step(): number {
    return this.trace.length;
  }

  /** Waits until the schedule picks it. */
  gate(layer: Layer, label: string): Promise<void> {
    return this.#wait(layer, label, 0);
  }

  /** Waits until it is picked; that much time passes then. */
  async sleep(milliseconds: number): Promise<void> {
    await this.#wait('sleep', 'wakes', milliseconds);
    this.#passTime(milliseconds);
  }

  /** Work that another process does: nothing is picked before it is done. */
  async outside<T>(work: () => Promise<T>): Promise<T> {
    this.#goesOutside = true;
    this.#outside++;
    try {
      return await work();
    } finally {
      this.#outside--;
      if (this.#outside === 0) this.#outsideDone();
    }
  }

  /** Goes on until nobody waits. @throws Error when that takes too long */
  async run(): Promise<void> {
    this.#manner = pick(this.#random, MANNERS);
    this.#slowLayer = pick(this.#random, LAYERS);
    const end = this.step + MOST_STEPS;
    for (;;) {
      await this.#quiet();
      if (this.#waiting.length === 0) return;
      if (this.step >= end) throw new Error('It does not come to an end.');
      await this.#passOutside();
      const index = this.#pick();
      const [picked] = this.#waiting.splice(index, 1);
      this.trace.push(`${picked?.lane}: ${picked?.label}`);
      picked?.go();
    }
  }

  /** When all sleep, time goes on for other processes too: the turns that are kept in Redis go by its clock. */
  async #passOutside(): Promise<void> {
    const shortest = Math.min(...this.#waiting.map(({ sleepMs }) => sleepMs));
    if (this.#goesOutside && shortest > 0) await new Promise((resolve) => void setTimeout(resolve, shortest));
  }

  #wait(layer: Layer, label: string, sleepMs: number): Promise<void> {
    const lane = `${tasks.getStore()?.name ?? 'nobody'} ${layer}`;
    // Who looks whether others are done lets the others go first.
    if (sleepMs > 0) this.#putLast(tasks.getStore()?.name ?? '');
    return new Promise((resolve) => void this.#waiting.push({ lane, layer, label, sleepMs, go: resolve }));
  }

  #pick(): number {
    if (this.#manner !== 'priority') return this.#pickAnybody();
    if (chance(this.#random, 0.03)) this.#priorities.set(pick(this.#random, this.#waiting).lane, --this.#lowest);
    let first = 0;
    for (const [index, { lane }] of this.#waiting.entries()) {
      if (this.#priority(lane) > this.#priority(this.#waiting[first]?.lane ?? '')) first = index;
    }
    return first;
  }

  #pickAnybody(): number {
    const indexes = [...this.#waiting.keys()];
    const quick = indexes.filter((index) => this.#waiting[index]?.layer !== this.#slowLayer);
    const isSlowToo = this.#manner === 'anybody' || quick.length === 0 || chance(this.#random, 0.03);
    return pick(this.#random, isSlowToo ? indexes : quick);
  }

  #priority(lane: string): number {
    const known = this.#priorities.get(lane) ?? this.#random();
    this.#priorities.set(lane, known);
    return known;
  }

  #putLast(name: string): void {
    this.#lowest--;
    for (const lane of this.#priorities.keys()) {
      if (lane.startsWith(`${name} `)) this.#priorities.set(lane, this.#lowest);
    }
    this.#priorities.set(`${name} sleep`, this.#lowest);
  }

  /** Until everybody who was let go waits again or is done. */
  async #quiet(): Promise<void> {
    await settled();
    while (this.#outside > 0) {
      await new Promise<void>((resolve) => {
        this.#outsideDone = resolve;
      });
      await settled();
    }
  }
}
