import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createMemoryCache } from '../../src/cache/memory.ts';
import { weigh } from '../../src/cache/weigh.ts';
import { describeCache } from './cache-contract.ts';
import { Clock, entryOf, keep, place, valueAt } from './rig.ts';

describeCache('memory', async () => {
  const clock = new Clock();
  return {
    cache: createMemoryCache({ maxBytes: 100_000, now: clock.now }),
    now: clock.now,
    async pass(milliseconds) {
      clock.time += milliseconds;
    },
    async settle() {},
    async close() {},
  };
});

const text = (bytes: number) => 'x'.repeat(bytes);

describe('the bounds of memory', () => {
  it('lets go what was used longest ago, and keeps the reads in flight', async () => {
    const { now } = new Clock();
    const cache = createMemoryCache({ maxBytes: 10_000, now });
    for (const cell of ['a', 'b', 'c']) await keep(cache, place(cell), entryOf(text(2000), now()));
    const turn = await cache.begin(place('a', { field: 'customer' }));
    await cache.get(place('b'));
    for (const cell of ['d', 'e']) await keep(cache, place(cell), entryOf(text(2000), now()));
    const found = await Promise.all(
      ['a', 'b', 'c', 'd', 'e'].map(async (cell) => (await cache.get(place(cell))).entry),
    );
    expect(found.filter((entry) => entry !== null).length).toBeLessThan(5);
    expect(found[4]).not.toBeNull();
    for (let index = 0; index < 100; index++) await keep(cache, place(`more ${index}`), entryOf(text(2000), now()));
    expect(await valueAt(cache, place('a'))).toBeUndefined();
    expect(await cache.store(place('a', { field: 'customer' }), turn, entryOf('late', now()))).toBe(true);
    expect(await valueAt(cache, place('a', { field: 'customer' }))).toBe('late');
  });

  it('holds about as much as it may', async () => {
    const { now } = new Clock();
    const cache = createMemoryCache({ maxBytes: 1_000_000, now });
    const cells = Array.from({ length: 400 }, (_, index) => place(`cell ${index}`));
    for (const cell of cells) {
      await keep(cache, cell, entryOf(text(5000), now()));
      await keep(cache, { ...cell, field: 'customer' }, entryOf(text(5000), now()));
    }
    const held = await Promise.all(cells.map(async (cell) => ((await cache.get(cell)).entry ? 1 : 0)));
    const count = held.reduce<number>((sum, one) => sum + one, 0);
    expect(count).toBeGreaterThan(80);
    expect(count).toBeLessThanOrEqual(100);
  });

  it('does not store what is heavier than everything, and keeps what it has', async () => {
    const { now } = new Clock();
    const cache = createMemoryCache({ maxBytes: 10_000, now });
    await keep(cache, place(), entryOf('light', now()));
    await keep(cache, place('session:two'), entryOf('light', now()));
    expect(await keep(cache, place(), entryOf(text(20_000), now()))).toBe(false);
    expect(await keep(cache, place('session:new'), entryOf(text(20_000), now()))).toBe(false);
    expect(await valueAt(cache, place())).toBe('light');
    expect(await valueAt(cache, place('session:two'))).toBe('light');
    const endless: unknown[] = [];
    endless.push(endless);
    expect(await keep(cache, place(), entryOf(endless, now()))).toBe(false);
  });

  it('keeps no values in no bytes, but knows who fetches and what was dropped', async () => {
    const { now } = new Clock();
    const cache = createMemoryCache({ maxBytes: 0, now });
    const turn = await cache.begin(place());
    expect(turn.isMine).toBe(true);
    expect((await cache.begin(place())).isMine).toBe(false);
    expect(await cache.store(place(), turn, entryOf('value', now()))).toBe(false);
    expect(await cache.get(place())).toEqual({ epoch: turn.epoch, entry: null });
    expect((await cache.begin(place())).isMine).toBe(true);
    await cache.drop(['session:one']);
    expect((await cache.begin(place())).epoch).not.toBe(turn.epoch);
  });

  it('gives values as they are, not copies', async () => {
    const { now } = new Clock();
    const cache = createMemoryCache({ maxBytes: 10_000, now });
    const value = { id: 'one' };
    await keep(cache, place(), entryOf(value, now()));
    expect(await valueAt(cache, place())).toBe(value);
  });

  it('keeps versions when values are evicted', async () => {
    const { now } = new Clock();
    const cache = createMemoryCache({ maxBytes: 3000, now });
    const version = { updatedAt: null, stage: 4, isArchived: false };
    await cache.show('session:one', version);
    for (let index = 0; index < 50; index++) await keep(cache, place(`cell ${index}`), entryOf(text(1000), now()));
    expect((await cache.begin(place())).shown).toEqual(version);
  });
});

describe('the weight of a value', () => {
  it('is at least its text, and not many times its JSON', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
        const json = JSON.stringify(value).length;
        expect(weigh(value)).toBeLessThanOrEqual(40 * json + 40);
        expect(weigh([value, text(100)])).toBeGreaterThanOrEqual(weigh(value) + 100);
      }),
    );
  });

  it('can be told of values that are deeper than the stack', () => {
    let deep: unknown = null;
    for (let level = 0; level < 100_000; level++) deep = [deep];
    expect(weigh(deep)).toBeGreaterThan(100_000);
  });
});
