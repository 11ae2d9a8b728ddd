import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { globalId } from '../../src/checkout/global-id.ts';
import type { TestGateway } from '../helpers/gateway.ts';
import { type RedisServer, startRedis } from '../helpers/redis.ts';
import { type LiveWorld, openWorld, subscribe } from './rig.ts';

let world: LiveWorld;
let redis: RedisServer;
let [hearing, other]: TestGateway[] = [];

beforeAll(async () => {
  [world, redis] = await Promise.all([openWorld(), startRedis()]);
  hearing = await world.start({ redisUrl: redis.url });
  other = await world.start({ redisUrl: redis.url });
});
afterAll(async () => {
  await world.close();
  await redis.stop();
});

function gateways(): [TestGateway, TestGateway] {
  if (!hearing || !other) throw new Error('Two gateways were started.');
  return [hearing, other];
}

function create(provider: 'flex' | 'flexprice' | 'meteroid', properties: Record<string, unknown> = {}): string {
  const created = world.sandbox.control.create({ provider, ...properties });
  return String(created.checkout_session_id ?? created.id);
}

describe('two replicas with subscribers on both', () => {
  it.each([
    ['flex', 'FLEX'],
    ['flexprice', 'FLEXPRICE'],
  ] as const)(
    '%s: a payment that one is told of shows on both within a second, once, however often it comes',
    async (provider, name) => {
      const { control } = world.sandbox;
      control.webhookSwitches({ provider, duplicates: 4 });
      const providerId = create(provider);
      const id = globalId(name, providerId);
      const subscribers = gateways().map((gateway) => subscribe(gateway, { ids: [id] }));
      await Promise.all(subscribers.map((subscriber) => subscriber.until(1)));
      const paidAt = performance.now();
      control.pay({ provider, id: providerId });
      await Promise.all(subscribers.map((subscriber) => subscriber.until(2)));
      expect(performance.now() - paidAt).toBeLessThan(1000);
      for (const delivery of control.webhooks({ provider })) control.redeliver({ id: delivery.id });
      await sleep(600);
      for (const { changes, errors } of subscribers) {
        expect(errors).toEqual([]);
        expect(changes).toHaveLength(2);
        expect(changes[1]).toMatchObject({ previousStatus: 'OPEN', trigger: 'WEBHOOK', checkoutSession: { id } });
      }
      control.webhookSwitches({ provider, duplicates: 1 });
      await Promise.all(subscribers.map((subscriber) => subscriber.stop()));
    },
  );

  it('a Meteroid session is looked at by one of them, and shows on both', async () => {
    const { control } = world.sandbox;
    const providerId = create('meteroid');
    const id = globalId('METEROID', providerId);
    const subscribers = gateways().map((gateway) => subscribe(gateway, { ids: [id] }));
    await Promise.all(subscribers.map((subscriber) => subscriber.until(1)));
    const reads = () => control.calls({ provider: 'meteroid' }).filter(({ path }) => path.endsWith(providerId)).length;
    const before = reads();
    await sleep(10_000);
    // Every three seconds, by one of the two.
    expect(reads() - before).toBeLessThanOrEqual(5);
    expect(reads() - before).toBeGreaterThanOrEqual(2);
    control.cancel({ provider: 'meteroid', id: providerId });
    await Promise.all(subscribers.map((subscriber) => subscriber.until(2)));
    for (const { changes } of subscribers) {
      expect(changes[1]).toMatchObject({
        previousStatus: 'OPEN',
        trigger: 'POLL',
        checkoutSession: { status: 'CANCELED' },
      });
    }
    await Promise.all(subscribers.map((subscriber) => subscriber.stop()));
  });

  it('a change made through one shows on the other', async () => {
    const providerId = create('flex');
    const id = globalId('FLEX', providerId);
    const [one, two] = gateways();
    const subscriber = subscribe(two, { ids: [id] });
    await subscriber.until(1);
    await one.ask('mutation ($id: ID!) { cancelCheckoutSession(input: { id: $id }) { userErrors { code } } }', { id });
    const changes = await subscriber.until(2);
    expect(changes[1]).toMatchObject({ previousStatus: 'OPEN', checkoutSession: { status: 'CANCELED' } });
    await sleep(300);
    expect(changes).toHaveLength(2);
    await subscriber.stop();
  });
});
