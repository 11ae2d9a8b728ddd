import { afterAll, beforeAll, expect, it } from 'vitest';
import { RedisAway, type RedisClient, type RedisLink } from '../../src/redis/link.ts';
import { type RedisServer, startRedis } from '../helpers/redis.ts';
import { Clock, entryOf, keep, openReplica, place, type Replica, until, valueAt } from './rig.ts';

/*
 * Single commands that fail while Redis is there, as in a cluster whose slots move, and what happens just then: too
 * short to be met by real outages.
 */

let server: RedisServer;
beforeAll(async () => {
  server = await startRedis();
});
afterAll(() => server.stop());

/** A real link whose next plain commands go as the test wants them to. */
class FaultyLink implements RedisLink {
  readonly #link: RedisLink;
  /** For each of the next calls of `run`: what to wait for before it fails; null lets it pass. */
  faults: (Promise<void> | null)[] = [];
  isCut = false;

  constructor(link: RedisLink) {
    this.#link = link;
  }

  get isUp(): boolean {
    return !this.isCut && this.#link.isUp;
  }

  async run<T>(work: (client: RedisClient) => Promise<T>): Promise<T> {
    const fault = this.faults.shift();
    if (!fault) return this.#link.run(work);
    await fault;
    throw new RedisAway('A single command failed.');
  }

  async attempt<T>(work: (client: RedisClient) => Promise<T>): Promise<T> {
    if (this.isCut) throw new RedisAway('The connection is cut.');
    return this.#link.attempt(work);
  }

  readonly call: RedisLink['call'] = (...args) => this.#link.call(...args);
  readonly beforeReturn: RedisLink['beforeReturn'] = (work) => this.#link.beforeReturn(work);
  readonly close = () => this.#link.close();
}

type Rig = { one: Replica; two: Replica; link: FaultyLink; clock: Clock };

async function withFaults(use: (rig: Rig) => Promise<void>): Promise<void> {
  await server.client.flushall();
  const clock = new Clock();
  const links: FaultyLink[] = [];
  const wrap = (real: RedisLink) => {
    const link = new FaultyLink(real);
    links.push(link);
    return link;
  };
  const [one, two] = await Promise.all([openReplica(server.url, { clock, wrap }), openReplica(server.url, { clock })]);
  const [link] = links;
  if (!link) throw new Error('There is no link.');
  await use({ one, two, link, clock }).finally(() => Promise.all([one.link.close(), two.link.close()]));
}

const FAILS = Promise.resolve();
/** As often as a drop is tried before it is left for later. */
const EVERY_TIME = Array.from({ length: 5 }, () => FAILS);

it('a drop that fails for a moment is answered when the others know', () =>
  withFaults(async ({ one, two, link, clock }) => {
    await keep(one.cache, place(), entryOf('value', clock.now()));
    await one.settle();
    expect(await valueAt(two.cache, place())).toBe('value');
    link.faults = EVERY_TIME.slice(1);
    await one.cache.drop(['session:one']);
    expect(await valueAt(two.cache, place())).toBeUndefined();
  }));

it('a single question that fails is asked of the provider, not of memory', () =>
  withFaults(async ({ one, link, clock }) => {
    await keep(one.cache, place(), entryOf('value', clock.now()));
    await one.settle();
    link.faults = [FAILS];
    const { entry } = await one.cache.get(place());
    expect(entry?.value).toBe('value');
    expect(entry?.revalidateUntil).toBeLessThanOrEqual(clock.now());
    expect(entry?.errorUntil).toBeGreaterThan(clock.now());
  }));

it('a drop that failed is told again, and nothing of the cell is believed before', () =>
  withFaults(async ({ one, two, link, clock }) => {
    await keep(one.cache, place(), entryOf('value', clock.now()));
    await one.settle();
    // The drop, and the first attempt to tell it again.
    link.faults = [...EVERY_TIME, FAILS];
    await one.cache.drop(['session:one']);
    expect(await valueAt(one.cache, place())).toBeUndefined();
    expect((await one.cache.begin(place())).isMine).toBe(true);
    await until(async () => (await two.redis.epochOf(place())) === null);
    expect(await valueAt(two.cache, place())).toBeUndefined();
    await keep(one.cache, place(), entryOf('new', clock.now()));
    await one.settle();
    expect(await valueAt(two.cache, place())).toBe('new');
  }));

it('so is one of what others stand under', () =>
  withFaults(async ({ one, two, link, clock }) => {
    const page = place('list:page', { under: 'lists' });
    await keep(one.cache, page, entryOf('value', clock.now()));
    await one.settle();
    link.faults = [...EVERY_TIME, FAILS];
    await one.cache.drop(['lists']);
    expect(await valueAt(one.cache, page)).toBeUndefined();
    await until(async () => (await two.redis.epochOf(page)) === null);
  }));

it('what was begun before a drop that failed is not stored in Redis either', () =>
  withFaults(async ({ one, two, link, clock }) => {
    const turn = await one.cache.begin(place());
    link.faults = [...EVERY_TIME, FAILS];
    await one.cache.drop(['session:one']);
    expect(await one.cache.store(place(), turn, entryOf('stale', clock.now()))).toBe(false);
    await one.settle();
    expect(await valueAt(two.cache, place())).toBeUndefined();
  }));

it('what is read from Redis while a drop fails does not stay in memory', () =>
  withFaults(async ({ one, two, link, clock }) => {
    await keep(two.cache, place(), entryOf('value', clock.now()));
    await two.settle();
    const { promise, resolve } = Promise.withResolvers<void>();
    link.faults = [promise];
    const dropping = one.cache.drop(['session:one']);
    expect(await valueAt(one.cache, place())).toBe('value');
    link.isCut = true;
    resolve();
    await dropping;
    expect(await valueAt(one.cache, place())).toBeUndefined();
  }));

it('what Redis has called outdated is not believed because the next command fails', () =>
  withFaults(async ({ one, two, link, clock }) => {
    await keep(one.cache, place(), entryOf('value', clock.now()));
    await one.settle();
    await keep(two.cache, place(), entryOf('value', clock.now()));
    await two.cache.drop(['session:one']);
    await two.cache.begin(place());
    link.faults = [null, FAILS];
    expect(await valueAt(one.cache, place())).toBeUndefined();
    expect(link.faults).toEqual([]);
  }));

it('a turn that another gateway has is nobody’s here once Redis is away', () =>
  withFaults(async ({ one, two, link }) => {
    await two.cache.begin(place());
    expect((await one.cache.begin(place())).isMine).toBe(false);
    link.isCut = true;
    expect((await one.cache.begin(place())).isMine).toBe(true);
    expect((await one.cache.begin(place())).isMine).toBe(false);
  }));

it('what is fetched here while Redis is asked is not replaced by what was older there', () =>
  withFaults(async ({ one, two, link, clock }) => {
    await keep(two.cache, place(), entryOf('older', clock.now()));
    await two.settle();
    const turn = await one.cache.begin(place());
    const looking = one.cache.get(place());
    await one.cache.store(place(), turn, entryOf('newer', clock.now() + 10));
    await looking;
    await one.settle();
    link.isCut = true;
    expect(await valueAt(one.cache, place())).toBe('newer');
  }));
