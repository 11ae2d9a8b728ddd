import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { LIVE_CHANNEL } from '../../src/live/redis-broker.ts';
import { RedisAway } from '../../src/redis/link.ts';
import { type RedisServer, startRedis } from '../helpers/redis.ts';
import { startRedisCluster } from '../helpers/redis-cluster.ts';
import { until } from '../redis/rig.ts';
import { type BrokerRig, notice, openBroker } from './broker-rig.ts';

type OnTestFinished = (work: () => Promise<void>) => void;

async function startBoth(onTestFinished: OnTestFinished): Promise<{ redis: RedisServer; a: BrokerRig; b: BrokerRig }> {
  const redis = await startRedis();
  onTestFinished(redis.stop);
  const [a, b] = [await openBroker(redis.url, onTestFinished), await openBroker(redis.url, onTestFinished)];
  return { redis, a, b };
}

/** The first of each id: what was sent again may come twice. */
const firsts = ({ heard }: BrokerRig): string[] => [...new Set(heard.ids())];

const KEPT = 'changes cannot be told to other replicas: they are kept for later';
const TOLD = 'other replicas have been told the changes that were kept';

test.concurrent('what could not be told while Redis was away is told when it is back, in order, after which a gap', async ({
  onTestFinished,
}) => {
  const { redis, a, b } = await startBoth(onTestFinished);
  await a.broker.publish(notice('before'));
  await redis.kill();
  await until(() => !a.channel.isUp && !b.channel.isUp && !a.link.isUp);
  for (const id of ['x', 'y', 'z']) await expect(a.broker.publish(notice(id))).rejects.toThrow(RedisAway);
  await expect(a.broker.publish(notice('x', { previousStatus: 'PROCESSING', at: 2 }))).rejects.toThrow(RedisAway);
  expect(a.heard.ids()).toEqual(['before', 'x', 'y', 'z', 'x']);
  await redis.restart();
  await until(() => a.link.isUp && b.channel.isUp && b.heard.gaps > 0);
  await a.broker.publish(notice('after'));
  await until(() => b.heard.ids().includes('after'));
  expect(firsts(b)).toEqual(['before', 'y', 'z', 'x', 'after']);
  // Of two of one session the later, and what was before both.
  expect(b.heard.notices.filter(({ providerId }) => providerId === 'x')).toEqual([notice('x', { at: 2 })]);
  await until(() => a.said().length === 2);
  expect(a.said()).toEqual([KEPT, TOLD]);
  expect([a.heard.gaps, b.heard.gaps]).toEqual([1, 1]);
});

test.concurrent('one that publishes no more tells what it kept all the same', async ({ onTestFinished }) => {
  const { redis, a, b } = await startBoth(onTestFinished);
  redis.pause();
  await expect(a.broker.publish(notice('x'))).rejects.toThrow(RedisAway);
  await until(() => !a.link.isUp && !b.channel.isUp);
  await expect(a.broker.publish(notice('y'))).rejects.toThrow(RedisAway);
  redis.resume();
  await until(() => firsts(b).includes('y'));
  expect(b.heard.gaps).toBe(1);
  await until(() => a.said().includes(TOLD));
});

test.concurrent('of more than a thousand that could not be told the oldest are given up', async ({
  onTestFinished,
}) => {
  const { redis, a, b } = await startBoth(onTestFinished);
  await redis.kill();
  await until(() => !a.link.isUp);
  const ids = Array.from({ length: 1500 }, (_, index) => `${index}`);
  const outcomes = await Promise.allSettled(ids.map((id) => a.broker.publish(notice(id))));
  expect(outcomes.every(({ status }) => status === 'rejected')).toBe(true);
  await redis.restart();
  // Until the other listens, it would be told in vain.
  await until(() => b.heard.gaps > 0 && a.said().includes(TOLD));
  const told = a.lines.map((line) => JSON.parse(line)).find(({ msg }) => msg === TOLD);
  expect(told).toMatchObject({ lost: 500 });
  const last = firsts(b);
  expect(last).toEqual(ids.slice(-last.length));
});

test.concurrent('a user who may listen and not publish is heard of once', async ({ onTestFinished }) => {
  const { redis, b } = await startBoth(onTestFinished);
  await redis.client.call('ACL', 'SETUSER', 'few', 'on', '>word', '~*', '&*', '+@all', '-publish');
  const few = await openBroker(redis.url.replace('//', '//few:word@'), onTestFinished);
  await expect(few.broker.publish(notice('x'))).rejects.toThrow(RedisAway);
  await expect(few.broker.publish(notice('y'))).rejects.toThrow(RedisAway);
  await b.broker.publish(notice('from the other'));
  await until(() => few.heard.ids().includes('from the other'));
  await sleep(1200);
  expect([few.link.isUp, few.said()]).toEqual([true, [KEPT]]);
  await redis.client.call('ACL', 'SETUSER', 'few', '+publish');
  await until(() => b.heard.ids().includes('y'));
  expect(firsts(b)).toEqual(['from the other', 'x', 'y']);
});

test.concurrent('what is kept at the end is told, if it can be', async ({ onTestFinished }) => {
  const { redis, a, b } = await startBoth(onTestFinished);
  await redis.client.call('ACL', 'SETUSER', 'default', '-publish');
  await expect(a.broker.publish(notice('x'))).rejects.toThrow(RedisAway);
  await redis.client.call('ACL', 'SETUSER', 'default', '+publish');
  await a.broker.close();
  await until(() => b.heard.ids().includes('x'));
  await redis.client.call('ACL', 'SETUSER', 'default', '-publish');
  await expect(b.broker.publish(notice('y'))).rejects.toThrow(RedisAway);
  redis.pause();
  await b.broker.close();
  redis.resume();
});

test.concurrent('a failover of a cluster', async ({ onTestFinished }) => {
  const cluster = await startRedisCluster({ masters: 3, replicas: 1 });
  onTestFinished(cluster.stop);
  const rigs = await Promise.all(Array.from({ length: 4 }, () => openBroker(cluster.urls, onTestFinished)));
  const slot = Number(await cluster.nodes[0]?.client.cluster('KEYSLOT', LIVE_CHANNEL));
  await cluster.killMaster(Math.floor(slot / (16_384 / 3)));
  let count = 0;
  const rejected: string[] = [];
  // Each in turn, until all are back, and some more.
  for (let more = 20; more > 0; more -= rigs.every(({ link, channel }) => link.isUp && channel.isUp) ? 1 : 0) {
    const id = `${count}`;
    await rigs[count++ % 4]?.broker.publish(notice(id)).catch(() => rejected.push(id));
    await sleep(20);
  }
  expect(rejected.length).toBeGreaterThan(0);
  // Whoever was connected to the node that died has a gap instead.
  for (const { heard } of rigs) await until(() => heard.gaps > 0 || new Set(heard.ids()).size === count, 15_000);
  await rigs[0]?.broker.publish(notice('last'));
  await until(() => rigs.every(({ heard }) => heard.ids().includes('last')));
  expect(rigs.filter(({ heard }) => heard.gaps === 0).length).toBeGreaterThan(0);
}, 60_000);
