import { describe, expect, it } from 'vitest';
import { type Cache, SHOWN_MS, TURN_MS } from '../../src/cache/cache.ts';
import { entryOf, keep, place, valueAt } from './rig.ts';

export type World = {
  cache: Cache;
  now(): number;
  pass(milliseconds: number): Promise<void>;
  /** Waits for what is done without anybody waiting. */
  settle(): Promise<void>;
  /** Another gateway's, over the same Redis. */
  other?: Cache;
  close(): Promise<void>;
};

export type OpenWorld = () => Promise<World>;

type WithWorld = (use: (world: World) => Promise<void>) => Promise<void>;

export const UNDER = place('list:page', { under: 'lists' });

/** What every store does, wherever it keeps its values. */
export function describeCache(store: string, open: OpenWorld): void {
  const withWorld: WithWorld = async (use) => {
    const world = await open();
    await use(world).finally(() => world.close());
  };
  describe(`the cache in ${store}`, () => {
    describe('values', () => testValues(withWorld));
    describe('drops', () => testDrops(withWorld));
    describe('turns', () => testTurns(withWorld));
    describe('versions', () => testVersions(withWorld));
    describe('news', () => testNews(withWorld));
  });
}

function testValues(withWorld: WithWorld): void {
  it('gives what was stored, with its times', () =>
    withWorld(async ({ cache, now, settle }) => {
      const value = { id: 'one', amounts: [1, null, { total: '9.99' }] };
      const entry = entryOf(value, now(), { fresh: 1000, revalidate: 2000 });
      expect(await keep(cache, place(), entry)).toBe(true);
      await settle();
      expect((await cache.get(place())).entry).toEqual(entry);
      await keep(cache, place('session:none'), entryOf(null, now()));
      expect((await cache.get(place('session:none'))).entry?.value).toBeNull();
    }));

  it('gives nothing of other cells and fields, nor what is good for nothing any more', () =>
    withWorld(async ({ cache, now, pass }) => {
      await keep(cache, place(), entryOf('value', now(), { fresh: 10, revalidate: 20, error: 1000 }));
      expect(await valueAt(cache, place('session:two'))).toBeUndefined();
      expect(await valueAt(cache, place('session:one', { field: 'customer' }))).toBeUndefined();
      await pass(1001);
      expect(await valueAt(cache, place())).toBeUndefined();
    }));

  it('gives a covering value when it is good for longer', () =>
    withWorld(async ({ cache, now }) => {
      const customer = place('session:one', { field: 'customer' });
      const either = place('session:one', { covering: ['customer', 'nothing'] });
      await keep(cache, customer, entryOf('with customer', now(), { fresh: 500 }));
      expect(await valueAt(cache, either)).toBe('with customer');
      await keep(cache, place(), entryOf('plain', now(), { fresh: 900 }));
      expect(await valueAt(cache, either)).toBe('plain');
      await keep(cache, customer, entryOf('with customer', now(), { fresh: 1500 }));
      expect(await valueAt(cache, either)).toBe('with customer');
      expect(await valueAt(cache, place())).toBe('plain');
    }));

  it('has one epoch for a place until it is dropped', () =>
    withWorld(async ({ cache, now }) => {
      expect((await cache.get(UNDER)).epoch).toBeNull();
      const { epoch } = await cache.begin(UNDER);
      await keep(cache, UNDER, entryOf('value', now()));
      expect((await cache.get(UNDER)).epoch).toBe(epoch);
      await cache.drop(['lists']);
      expect((await cache.begin(UNDER)).epoch).not.toBe(epoch);
    }));
}

function testDrops(withWorld: WithWorld): void {
  it('gives nothing that was stored before a drop', () =>
    withWorld(async ({ cache, now, settle }) => {
      await keep(cache, place(), entryOf('value', now()));
      await keep(cache, place('session:two'), entryOf('other', now()));
      await cache.drop(['session:one', 'session:unknown']);
      await settle();
      expect(await cache.get(place())).toMatchObject({ epoch: null, entry: null });
      expect(await valueAt(cache, place('session:two'))).toBe('other');
      await cache.drop([]);
    }));

  it('does not store what was begun before a drop', () =>
    withWorld(async ({ cache, now, settle }) => {
      const before = await cache.begin(place());
      await cache.drop(['session:one']);
      expect(await cache.store(place(), before, entryOf('stale', now()))).toBe(false);
      await settle();
      expect(await valueAt(cache, place())).toBeUndefined();
      const late = await cache.begin(place());
      await cache.drop(['session:one']);
      const after = await cache.begin(place());
      expect(await cache.store(place(), after, entryOf('new', now()))).toBe(true);
      expect(await cache.store(place(), late, entryOf('stale', now()))).toBe(false);
      await settle();
      expect(await valueAt(cache, place())).toBe('new');
    }));

  it('drops while a value is being stored', () =>
    withWorld(async ({ cache, now, settle }) => {
      const turn = await cache.begin(place());
      await Promise.all([cache.store(place(), turn, entryOf('stale', now())), cache.drop(['session:one'])]);
      await settle();
      expect(await valueAt(cache, place())).toBeUndefined();
    }));

  it('forgets with a cell all that stands under it, and what is read for it', () =>
    withWorld(async ({ cache, now, settle }) => {
      const second = place('list:second', { under: 'lists' });
      await keep(cache, UNDER, entryOf('page', now()));
      const before = await cache.begin(second);
      await cache.drop(['lists']);
      expect(await valueAt(cache, UNDER)).toBeUndefined();
      expect(await cache.store(second, before, entryOf('stale', now()))).toBe(false);
      await settle();
      await cache.begin(UNDER);
      expect(await valueAt(cache, UNDER)).toBeUndefined();
      expect(await valueAt(cache, second)).toBeUndefined();
      expect(await keep(cache, UNDER, entryOf('new page', now()))).toBe(true);
      expect(await valueAt(cache, UNDER)).toBe('new page');
    }));

  it('does not put a late value over a valid one', () =>
    withWorld(async ({ cache, now, settle }) => {
      const late = await cache.begin(UNDER);
      await cache.drop(['lists']);
      await keep(cache, UNDER, entryOf('new page', now()));
      expect(await cache.store(UNDER, late, entryOf('stale', now()))).toBe(false);
      await settle();
      expect(await valueAt(cache, UNDER)).toBe('new page');
    }));
}

function testTurns(withWorld: WithWorld): void {
  it('gives the turn to one of many', () =>
    withWorld(async ({ cache, now, settle }) => {
      const turns = await Promise.all(Array.from({ length: 20 }, () => cache.begin(UNDER)));
      expect(turns.filter((turn) => turn.isMine)).toHaveLength(1);
      expect(new Set(turns.map((turn) => turn.epoch)).size).toBe(1);
      expect((await cache.begin({ ...UNDER, field: 'other' })).isMine).toBe(true);
      const mine = turns.find((turn) => turn.isMine);
      if (mine) await cache.store(UNDER, mine, entryOf('page', now()));
      await settle();
      expect((await cache.begin(UNDER)).isMine).toBe(true);
    }));

  it('takes a turn back from its owner only, and with a drop', () =>
    withWorld(async ({ cache, now, settle }) => {
      const mine = await cache.begin(place());
      const theirs = await cache.begin(place());
      await cache.release(place(), theirs);
      expect(await cache.store(place(), theirs, entryOf('value', now()))).toBe(true);
      await settle();
      expect((await cache.begin(place())).isMine).toBe(false);
      await cache.release(place(), mine);
      expect((await cache.begin(place())).isMine).toBe(true);
      await cache.drop(['session:one']);
      expect((await cache.begin(place())).isMine).toBe(true);
      await cache.release(place(), mine);
      expect((await cache.begin(place())).isMine).toBe(false);
    }));

  it('lets a turn go after three seconds, and what is read in it still counts', () =>
    withWorld(async ({ cache, now, pass, settle }) => {
      const slow = await cache.begin(place());
      await pass(TURN_MS - 500);
      expect((await cache.begin(place())).isMine).toBe(false);
      await pass(501);
      const next = await cache.begin(place());
      expect(next.isMine).toBe(true);
      expect(await cache.store(place(), slow, entryOf('slow', now()))).toBe(true);
      await settle();
      expect(await valueAt(cache, place())).toBe('slow');
      expect((await cache.begin(place())).isMine).toBe(false);
    }));
}

export const NEWER = '2026-11-02T00:00:00.000Z';
export const OLDER = '2026-11-01T23:59:59.999Z';

function testVersions(withWorld: WithWorld): void {
  it('joins the versions that were shown, in whatever order', () =>
    withWorld(async ({ cache }) => {
      expect((await cache.begin(place())).shown).toBeNull();
      await cache.show('session:one', { updatedAt: null, stage: 1, isArchived: false });
      expect((await cache.begin(place())).shown).toEqual({ updatedAt: null, stage: 1, isArchived: false });
      await cache.show('session:one', { updatedAt: NEWER, stage: 2, isArchived: true });
      await cache.show('session:one', { updatedAt: OLDER, stage: 3, isArchived: false });
      await cache.show('session:one', { updatedAt: null, stage: 0, isArchived: false });
      expect((await cache.begin(place())).shown).toEqual({ updatedAt: NEWER, stage: 3, isArchived: true });
      expect((await cache.begin(place('session:two'))).shown).toBeNull();
    }));

  it('remembers a version for ten minutes, whatever is dropped', () =>
    withWorld(async ({ cache, pass }) => {
      const version = { updatedAt: NEWER, stage: 4, isArchived: false };
      await cache.show('session:one', version);
      await cache.drop(['session:one']);
      await pass(SHOWN_MS - 5000);
      expect((await cache.begin(place())).shown).toEqual(version);
      await pass(5001);
      expect((await cache.begin(place())).shown).toBeNull();
    }));
}

const of = (version: string, fetchedAt: number) => ({ ...entryOf(version, fetchedAt), version });

function testNews(withWorld: WithWorld): void {
  const plain = place('session:one');
  const customer = place('session:one', { field: 'customer' });
  const list = place('list:page', { under: 'lists' });

  it('lets values of one version stand side by side', () =>
    withWorld(async ({ cache, now, settle }) => {
      await keep(cache, plain, of('open', now()));
      await keep(cache, customer, of('open', now() + 5));
      await keep(cache, place('session:one', { field: 'items' }), entryOf('items', now()));
      await settle();
      expect(await valueAt(cache, plain)).toBe('open');
      expect(await valueAt(cache, customer)).toBe('open');
      expect(await valueAt(cache, place('session:one', { field: 'items' }))).toBe('items');
    }));

  it('puts a value of another version in the place of all others, and drops what shows them', () =>
    withWorld(async ({ cache, now, settle }) => {
      await keep(cache, plain, of('open', now()));
      await keep(cache, list, entryOf('page', now()));
      await settle();
      await keep(cache, { ...customer, shownIn: ['lists'] }, of('completed', now() + 5));
      await settle();
      expect(await valueAt(cache, plain)).toBeUndefined();
      expect(await valueAt(cache, list)).toBeUndefined();
      expect(await valueAt(cache, customer)).toBe('completed');
    }));

  it('does not store a value of another version that was asked for earlier', () =>
    withWorld(async ({ cache, now, settle }) => {
      const late = await cache.begin(plain);
      await keep(cache, customer, of('completed', now() + 5));
      await settle();
      expect(await cache.store(plain, late, of('open', now()))).toBe(false);
      await settle();
      expect(await valueAt(cache, plain)).toBeUndefined();
      expect(await valueAt(cache, customer)).toBe('completed');
      expect((await cache.begin(plain)).isMine).toBe(true);
    }));

  it('does not store news that was begun before a drop', () =>
    withWorld(async ({ cache, now, settle }) => {
      await keep(cache, plain, of('open', now()));
      await settle();
      const turn = await cache.begin(plain);
      await cache.drop(['session:one']);
      expect(await cache.store(plain, turn, of('completed', now() + 5))).toBe(false);
      await settle();
      expect(await valueAt(cache, plain)).toBeUndefined();
    }));
}
