import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { RedisServer } from '../helpers/redis.ts';
import { type RedisCluster, startRedisCluster } from '../helpers/redis-cluster.ts';
import { type ChannelRig, NAME, openChannel } from './channel-rig.ts';
import { until } from './rig.ts';

const FAILOVER_WITHIN_MS = 15_000;

type OnTestFinished = (work: () => Promise<void>) => void;

async function start(onTestFinished: OnTestFinished): Promise<RedisCluster> {
  const cluster = await startRedisCluster({ masters: 3, replicas: 1 });
  onTestFinished(cluster.stop);
  return cluster;
}

/** Where the subscriber of the only channel is connected. */
async function nodeOf({ nodes }: RedisCluster): Promise<number> {
  const has = await Promise.all(
    nodes.map(async ({ client }) => /name=checkout-gateway-channel/.test(await list(client))),
  );
  return has.indexOf(true);
}

const list = async (client: RedisServer['client']): Promise<string> => String(await client.client('LIST'));

async function isHeard({ channel }: ChannelRig, { heard }: ChannelRig, text: string): Promise<void> {
  await until(async () => {
    await channel.publish(text).catch(() => undefined);
    await sleep(50);
    return heard.includes(text);
  }, FAILOVER_WITHIN_MS);
}

// It expects silence, so it runs alone.
test('in a cluster all hear what one publishes, in its order', async ({ onTestFinished }) => {
  const cluster = await start(onTestFinished);
  const rigs = await Promise.all(Array.from({ length: 4 }, () => openChannel(cluster.urls, onTestFinished)));
  const texts = Array.from({ length: 500 }, (_, index) => `text ${index}`);
  const [first] = rigs;
  await Promise.all(texts.map((text) => first?.channel.publish(text)));
  await until(() => rigs.every(({ heard }) => heard.length >= texts.length));
  await sleep(2500);
  for (const { heard, changes } of rigs) expect([heard, changes()]).toEqual([texts, []]);
});

test.concurrent('when the node of a subscriber dies it moves to another', async ({ onTestFinished }) => {
  const cluster = await start(onTestFinished);
  const rig = await openChannel(cluster.urls, onTestFinished);
  const index = await nodeOf(cluster);
  await cluster.nodes[index]?.kill();
  await until(() => rig.heard.includes('GAP'));
  const other = await openChannel(cluster.urls, onTestFinished);
  await isHeard(other, rig, 'after');
  expect(rig.heard.filter((text) => text === 'GAP')).toHaveLength(1);
}, 40_000);

test.concurrent('when the node of a subscriber hangs it moves to another', async ({ onTestFinished }) => {
  const cluster = await start(onTestFinished);
  const rig = await openChannel(cluster.urls, onTestFinished);
  const index = await nodeOf(cluster);
  cluster.nodes[index]?.pause();
  onTestFinished(async () => cluster.nodes[index]?.resume());
  await until(() => rig.heard.includes('GAP'), FAILOVER_WITHIN_MS);
  await isHeard(rig, rig, 'after');
  expect(rig.changes()[0]).toBe('away: timeout');
}, 40_000);

test.concurrent('a failover of the node over which all publish', async ({ onTestFinished }) => {
  const cluster = await start(onTestFinished);
  const a = await openChannel(cluster.urls, onTestFinished);
  const b = await openChannel(cluster.urls, onTestFinished);
  const slot = Number(await cluster.nodes[0]?.client.cluster('KEYSLOT', NAME));
  await cluster.killMaster(Math.floor(slot / (16_384 / 3)));
  await isHeard(a, b, 'from a');
  await isHeard(b, a, 'from b');
}, 40_000);

test.concurrent('a node that has left its cluster is left, for one that the setting does not name', async ({
  onTestFinished,
}) => {
  const cluster = await start(onTestFinished);
  const replica = cluster.nodes[5];
  if (!replica) throw new Error('There are six nodes.');
  const rig = await openChannel(`${replica.url},${replica.url}`, onTestFinished);
  const other = await openChannel(cluster.urls, onTestFinished);
  await isHeard(other, rig, 'before');
  const id = String(await replica.client.cluster('MYID'));
  const others = cluster.nodes.filter((node) => node !== replica);
  await replica.client.cluster('RESET');
  await Promise.all(others.map(({ client }) => client.call('CLUSTER', 'FORGET', id)));
  await until(() => rig.heard.includes('GAP'), FAILOVER_WITHIN_MS);
  await isHeard(other, rig, 'after');
  expect(rig.changes()).toEqual(['away: no echo', 'back']);
}, 40_000);
