import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createKeyNames } from '../../src/cache/key-names.ts';
import { type RedisCluster, startRedisCluster } from '../helpers/redis-cluster.ts';
import { Clock, entryOf, keep, openReplica, place, type Replica, until, valueAt } from './rig.ts';

let cluster: RedisCluster;
beforeAll(async () => {
  cluster = await startRedisCluster({ masters: 3 });
});
afterAll(() => cluster.stop());

type Use = (one: Replica, two: Replica, clock: Clock) => Promise<void>;

async function withReplicas(use: Use, urls = cluster.urls): Promise<void> {
  const clock = new Clock();
  const open = () => openReplica(urls, { clock });
  const [one, two] = await Promise.all([open(), open()]);
  await use(one, two, clock).finally(() => Promise.all([one.link.close(), two.link.close()]));
}

const cellsOf = (name: string) =>
  Array.from({ length: 30 }, (_, index) => place(`${name} ${index}`, { under: `${name} above` }));

/** Stores a number in each of the cells by one gateway, and sees it, and later its drop, by the other. */
async function oneRound(name: string, [one, two]: [Replica, Replica], clock: Clock): Promise<number> {
  const cells = cellsOf(name);
  const round = Math.random();
  clock.time += 1;
  await Promise.all(cells.map((cell) => keep(one.cache, cell, entryOf(round, clock.now()))));
  await one.settle();
  const seen = await Promise.all(cells.map((cell) => valueAt(two.cache, cell)));
  await one.cache.drop([`${name} above`, ...cells.slice(0, 15).map(({ cell }) => cell)]);
  const after = await Promise.all(cells.map((cell) => valueAt(two.cache, cell)));
  // A miss is always allowed; another round's value never.
  expect(seen.filter((value) => value !== undefined && value !== round)).toEqual([]);
  expect(after.filter((value) => value !== undefined)).toEqual([]);
  return seen.filter((value) => value === round).length;
}

it('works on three nodes', () =>
  withReplicas(async (one, two, clock) => {
    expect(await oneRound('plain', [one, two], clock)).toBe(30);
    await one.cache.show('plain 1', { updatedAt: null, stage: 3, isArchived: false });
    expect((await two.cache.begin(place('plain 1'))).shown?.stage).toBe(3);
  }));

it('goes on while slots move, and never gives a stale value', () =>
  withReplicas(async (one, two, clock) => {
    const names = createKeyNames(null);
    const [from, to] = cluster.nodes;
    if (!from || !to) throw new Error('There are no nodes.');
    const cells = ['moving above', ...cellsOf('moving').map(({ cell }) => cell)];
    const all = await Promise.all(cells.map((cell) => from.client.cluster('KEYSLOT', names.cell(cell))));
    const slots = [...new Set(all)].filter((slot) => slot <= 16_384 / 3 - 1);
    expect(slots.length).toBeGreaterThan(3);
    let isMoving = true;
    const moves = (async () => {
      for (const slot of slots) {
        await cluster.migrateSlot(slot, from, to);
        await sleep(20);
      }
      isMoving = false;
    })();
    let seen = 0;
    while (isMoving) seen += await oneRound('moving', [one, two], clock);
    await moves;
    expect(seen).toBeGreaterThan(0);
    await until(() => one.link.isUp && two.link.isUp);
    expect(await oneRound('moving', [one, two], clock)).toBe(30);
  }));

it('goes on when a master dies and its replica takes over', async () => {
  const doubled = await startRedisCluster({ masters: 3, replicas: 1 });
  const use: Use = async (one, two, clock) => {
    expect(await oneRound('failing', [one, two], clock)).toBe(30);
    const cells = cellsOf('failing');
    await Promise.all(cells.map((cell) => keep(one.cache, cell, entryOf('before', clock.now()))));
    await one.settle();
    await doubled.killMaster(2);
    await until(() => !one.link.isUp);
    await one.cache.drop(cells.map(({ cell }) => cell));
    for (const cell of cells) expect(await valueAt(one.cache, cell)).toBeUndefined();
    await until(() => one.link.isUp && two.link.isUp);
    for (const cell of cells) expect(await valueAt(two.cache, cell)).toBeUndefined();
    expect(await oneRound('failing', [one, two], clock)).toBe(30);
  };
  await withReplicas(use, doubled.urls).finally(() => doubled.stop());
});
