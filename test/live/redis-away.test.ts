import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { globalId } from '../../src/checkout/global-id.ts';
import type { TestGateway } from '../helpers/gateway.ts';
import { type RedisServer, startRedis } from '../helpers/redis.ts';
import { deliver, flexpriceEvent } from './deliver.ts';
import { type LiveWorld, openWorld, type Subscriber, subscribe } from './rig.ts';
import { startWay } from './way.ts';

let world: LiveWorld;
let redis: RedisServer;
let gateways: [TestGateway, TestGateway];

beforeAll(async () => {
  [world, redis] = await Promise.all([openWorld(), startRedis()]);
  const start = () => world.start({ redisUrl: redis.url });
  gateways = [await start(), await start()];
});
afterAll(async () => {
  await world.close();
  await redis.stop();
});

const statuses = ({ changes }: Subscriber) => changes.map(({ checkoutSession }) => checkoutSession.status);

it('while Redis is away nothing is acknowledged, nobody is cut off, and everything comes when it is back', async () => {
  const { control } = world.sandbox;
  const [paidDuring, paidAfter] = [world.create('flexprice'), world.create('flex')];
  const ids = [globalId('FLEXPRICE', paidDuring), globalId('FLEX', paidAfter)];
  const named = gateways.map((gateway) => subscribe(gateway, { ids }));
  const everything = gateways.map((gateway) => subscribe(gateway, {}));
  await Promise.all(named.map((subscriber) => subscriber.until(2)));
  await redis.kill();
  await sleep(300);
  control.pay({ provider: 'flexprice', id: paidDuring });
  const refused = await deliver(gateways[0], 'flexprice', flexpriceEvent('completed', paidDuring));
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '5']);
  await expect
    .poll(() => control.webhooks({ provider: 'flexprice' }).map(({ lastStatus }) => lastStatus))
    .toContain(503);
  for (const subscriber of named) expect(statuses(subscriber)).toEqual(['OPEN', 'OPEN']);
  await redis.restart();
  await Promise.all(named.map((subscriber) => subscriber.until(3, 12_000)));
  await expect
    .poll(() => control.webhooks({ provider: 'flexprice' }).every(({ state }) => state === 'delivered'), {
      timeout: 10_000,
    })
    .toBe(true);
  control.pay({ provider: 'flex', id: paidAfter });
  await Promise.all(named.map((subscriber) => subscriber.until(4)));
  await Promise.all(everything.map((subscriber) => subscriber.until(2)));
  await sleep(500);
  for (const subscriber of named) expect(statuses(subscriber)).toEqual(['OPEN', 'OPEN', 'COMPLETED', 'COMPLETED']);
  for (const subscriber of everything) expect(statuses(subscriber)).toEqual(['COMPLETED', 'COMPLETED']);
  for (const subscriber of [...named, ...everything]) {
    expect(subscriber.errors).toEqual([]);
    await subscriber.stop();
  }
});

it('what one replica was not told while Redis could not be reached from it, it finds out afterwards', async () => {
  const { control } = world.sandbox;
  const way = await startWay(redis.port);
  const cutOff = await world.start({ redisUrl: way.url, hears: false });
  const providerId = world.create('flexprice');
  const subscribers = [gateways[0], cutOff].map((gateway) =>
    subscribe(gateway, { ids: [globalId('FLEXPRICE', providerId)] }),
  );
  const [reached, missed] = subscribers as [Subscriber, Subscriber];
  await Promise.all(subscribers.map((subscriber) => subscriber.until(1)));
  way.cut();
  control.pay({ provider: 'flexprice', id: providerId });
  await reached.until(2);
  await sleep(300);
  expect(statuses(missed)).toEqual(['OPEN']);
  way.mend();
  const changes = await missed.until(2, 12_000);
  expect(changes[1]).toMatchObject({ previousStatus: 'OPEN', checkoutSession: { status: 'COMPLETED' } });
  for (const subscriber of subscribers) {
    expect(subscriber.errors).toEqual([]);
    await subscriber.stop();
  }
  await way.close();
});
