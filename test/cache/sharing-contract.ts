import { describe, expect, it } from 'vitest';
import type { Cache } from '../../src/cache/cache.ts';
import { NEWER, OLDER, type OpenWorld, UNDER, type World } from './cache-contract.ts';
import { entryOf, keep, place, valueAt } from './rig.ts';

/** What two stores over one Redis see of each other. */
export function describeSharing(store: string, open: OpenWorld): void {
  const withOther = async (use: (world: World & { other: Cache }) => Promise<void>) => {
    const world = await open();
    const { other } = world;
    if (!other) throw new Error('There is no other.');
    await use({ ...world, other }).finally(() => world.close());
  };
  describe(`two caches in ${store}`, () => testSharing(withOther));
}

function testSharing(withOther: (use: (world: World & { other: Cache }) => Promise<void>) => Promise<void>): void {
  it('see what the other stores, and its drops at once', () =>
    withOther(async ({ cache, other, now, settle }) => {
      for (const value of ['first', 'second']) {
        expect(await valueAt(other, UNDER)).toBeUndefined();
        await keep(cache, UNDER, entryOf(value, now()));
        await settle();
        expect(await valueAt(other, UNDER)).toBe(value);
        expect(await valueAt(other, UNDER)).toBe(value);
        await cache.drop([value === 'first' ? 'lists' : 'list:page']);
      }
      expect(await valueAt(other, UNDER)).toBeUndefined();
      expect(await valueAt(cache, UNDER)).toBeUndefined();
    }));

  it('see that the other has news, in every field and in what shows them', () =>
    withOther(async ({ cache, other, now, settle }) => {
      const session = { ...place(), shownIn: ['lists'] };
      const customer = { ...session, field: 'customer' };
      const open = { ...entryOf('open', now()), version: 'open' };
      for (const where of [session, customer, UNDER])
        await keep(cache, where, where === UNDER ? entryOf('page', now()) : open);
      await settle();
      for (const where of [session, customer]) expect(await valueAt(other, where)).toBe('open');
      expect(await valueAt(other, UNDER)).toBe('page');
      await keep(other, session, { ...entryOf('completed', now() + 5), version: 'completed' });
      await settle();
      expect(await valueAt(cache, session)).toBe('completed');
      expect(await valueAt(cache, customer)).toBeUndefined();
      expect(await valueAt(cache, UNDER)).toBeUndefined();
    }));

  it('do not store what the other has dropped meanwhile', () =>
    withOther(async ({ cache, other, now, settle }) => {
      for (const dropped of ['lists', 'list:page']) {
        const turn = await cache.begin(UNDER);
        await other.drop([dropped]);
        await cache.store(UNDER, turn, entryOf('stale', now()));
        await settle();
        expect(await valueAt(cache, UNDER)).toBeUndefined();
        expect(await valueAt(other, UNDER)).toBeUndefined();
      }
    }));

  it('take turns', () =>
    withOther(async ({ cache, other, settle, now }) => {
      const turns = await Promise.all([cache, other, cache, other].map((each) => each.begin(place())));
      expect(turns.filter((turn) => turn.isMine)).toHaveLength(1);
      const owner = turns[0]?.isMine || turns[2]?.isMine ? cache : other;
      const mine = turns.find((turn) => turn.isMine);
      if (mine) await owner.store(place(), mine, entryOf('value', now()));
      await settle();
      expect((await other.begin(place())).isMine).toBe(true);
      expect((await cache.begin(place())).isMine).toBe(false);
    }));

  it('do not wait for a turn that was taken before what it stands under was dropped', () =>
    withOther(async ({ cache, other }) => {
      expect((await cache.begin(UNDER)).isMine).toBe(true);
      expect((await other.begin(UNDER)).isMine).toBe(false);
      await cache.drop(['lists']);
      expect((await other.begin(UNDER)).isMine).toBe(true);
      expect((await cache.begin(UNDER)).isMine).toBe(false);
    }));

  it('know the versions that the other has shown', () =>
    withOther(async ({ cache, other }) => {
      await cache.show('session:one', { updatedAt: OLDER, stage: 3, isArchived: false });
      await other.show('session:one', { updatedAt: NEWER, stage: 1, isArchived: false });
      const joined = { updatedAt: NEWER, stage: 3, isArchived: false };
      expect((await cache.begin(place())).shown).toEqual(joined);
      expect((await other.begin(place())).shown).toEqual(joined);
    }));
}
