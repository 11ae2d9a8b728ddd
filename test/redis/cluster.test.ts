import { setTimeout as sleep } from 'node:timers/promises';
import { Command } from 'ioredis';
import { expect, test } from 'vitest';
import { RedisAway } from '../../src/redis/link.ts';
import { startRedis } from '../helpers/redis.ts';
import { startRedisCluster } from '../helpers/redis-cluster.ts';
import { isBack, openLink, until } from './rig.ts';

const KEYS = Array.from({ length: 60 }, (_, number) => `key-${number}`);
const MASTERS = 3;
/** Milliseconds in which a cluster has put a replica in the place of its master, and that has been noticed. */
const FAILOVER_WITHIN_MS = 15_000;

const slotOf = (key: string): number => new Command('get', [key]).getSlot();
const masterOf = (slot: number): number => Math.floor((slot * MASTERS) / 16_384);

test.concurrent('a cluster is used as one, and missed when one master is', async ({ onTestFinished }) => {
  const cluster = await startRedisCluster({ masters: MASTERS, replicas: 1 });
  onTestFinished(cluster.stop);
  const rig = await openLink(cluster.urls);
  onTestFinished(() => rig.link.close());
  let prepared = 0;
  rig.link.beforeReturn(async () => {
    prepared++;
  });

  expect(rig.link.isUp).toBe(true);
  expect(await Promise.all(KEYS.map((key) => rig.add(key)))).toEqual(KEYS.map(() => 1));
  const sizes = await Promise.all(cluster.nodes.slice(0, MASTERS).map(({ client }) => client.dbsize()));
  expect(sizes.every((size) => size > 0)).toBe(true);

  await cluster.killMaster(1);
  await until(() => !rig.link.isUp);
  await until(() => rig.link.isUp, FAILOVER_WITHIN_MS);
  expect(await Promise.all(KEYS.map((key) => rig.add(key)))).toHaveLength(KEYS.length);

  cluster.nodes[0]?.pause();
  for (let count = 0; rig.link.isUp && count < 100; count++) {
    await Promise.all(KEYS.map((key) => rig.add(key).catch(() => undefined)));
  }
  expect(rig.link.isUp).toBe(false);
  await until(() => rig.link.isUp, FAILOVER_WITHIN_MS);
  cluster.nodes[0]?.resume();
  // It comes back as a replica, which is nobody's business here.
  await sleep(1500);
  expect(rig.link.isUp).toBe(true);
  expect(await Promise.all(KEYS.map((key) => rig.add(key)))).toHaveLength(KEYS.length);
  expect(prepared).toBe(2);
  // The others may notice first that one of them is gone.
  const hung = expect.stringMatching(/^away: (timeout|CLUSTERDOWN)$/);
  expect(rig.changes()).toEqual(['away: connection closed', 'back', hung, 'back']);
});

test.concurrent('slots can be moved under a stream of commands', async ({ onTestFinished }) => {
  const cluster = await startRedisCluster({ masters: MASTERS });
  onTestFinished(cluster.stop);
  const rig = await openLink(cluster.urls);
  onTestFinished(() => rig.link.close());
  const sums = new Map<string, number>();
  const failures: unknown[] = [];
  let isOver = false;
  const callers = KEYS.map(async (key) => {
    while (!isOver) {
      try {
        await rig.add(key);
        sums.set(key, (sums.get(key) ?? 0) + 1);
      } catch (error) {
        failures.push(error);
      }
      await sleep(1);
    }
  });
  for (const key of KEYS.slice(0, 10)) {
    const slot = slotOf(key);
    const { [masterOf(slot)]: from, [(masterOf(slot) + 1) % MASTERS]: to } = cluster.nodes;
    if (from && to) await cluster.migrateSlot(slot, from, to);
    await sleep(50);
  }
  isOver = true;
  await Promise.all(callers);
  expect(failures.filter((failure) => !(failure instanceof RedisAway))).toEqual([]);
  // A machine that is busy may keep Redis from answering in time; nothing else may be said of it.
  expect(rig.changes().filter((change) => !['away: timeout', 'back'].includes(change))).toEqual([]);
  await isBack(rig);
  for (const key of KEYS) {
    const kept = Number(await rig.link.run((client) => client.get(key)));
    // One that was given up may have been done.
    expect(kept).toBeGreaterThanOrEqual(sums.get(key) ?? 0);
    expect(kept).toBeLessThanOrEqual((sums.get(key) ?? 0) + failures.length);
  }
  expect(sums.size).toBe(KEYS.length);
});

test.concurrent('a slot that stands between two nodes is found in both', async ({ onTestFinished }) => {
  const cluster = await startRedisCluster({ masters: MASTERS });
  onTestFinished(cluster.stop);
  const rig = await openLink(cluster.urls);
  onTestFinished(() => rig.link.close());
  const slot = slotOf('{tag}');
  const { [masterOf(slot)]: from, [(masterOf(slot) + 1) % MASTERS]: to } = cluster.nodes;
  if (!from || !to) throw new Error('There are three masters.');
  await rig.add('{tag}stays');
  await to.client.cluster('SETSLOT', slot, 'IMPORTING', String(await from.client.cluster('MYID')));
  await from.client.cluster('SETSLOT', slot, 'MIGRATING', String(await to.client.cluster('MYID')));
  // What is not there is asked of the other node; and all at once, so that they go out together.
  const sums = await Promise.all([...KEYS.map((key) => rig.add(key)), rig.add('{tag}stays'), rig.add('{tag}new')]);
  expect(sums).toEqual([...KEYS.map(() => 1), 2, 1]);
  expect(rig.lines).toEqual([]);
});

test.concurrent('a cluster with a slot that belongs to nobody is not up', async ({ onTestFinished }) => {
  const cluster = await startRedisCluster({ masters: MASTERS });
  onTestFinished(cluster.stop);
  const [first] = cluster.nodes;
  await Promise.all(
    cluster.nodes.map(async ({ client }) => {
      await client.config('SET', 'cluster-require-full-coverage', 'no');
      await client.cluster('DELSLOTS', 0);
    }),
  );
  const rig = await openLink(cluster.urls);
  onTestFinished(() => rig.link.close());
  expect(rig.changes()).toEqual(['away: CLUSTERDOWN']);
  await first?.client.cluster('ADDSLOTS', 0);
  await isBack(rig);
});

test.concurrent('one that is no cluster is told as such', async ({ onTestFinished }) => {
  const redis = await startRedis();
  onTestFinished(redis.stop);
  const rig = await openLink(`${redis.url},${redis.url}`);
  onTestFinished(() => rig.link.close());
  expect(rig.changes()).toEqual(['away: no cluster']);
});
