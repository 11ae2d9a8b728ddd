import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { globalId } from '../../src/checkout/global-id.ts';
import type { TestGateway } from '../helpers/gateway.ts';
import { type LiveWorld, openWorld, subscribe } from './rig.ts';

let world: LiveWorld;
let gateway: TestGateway;

beforeAll(async () => {
  world = await openWorld();
  gateway = await world.start();
});
afterAll(() => world.close());

function create(provider: 'flex' | 'flexprice' | 'meteroid', properties: Record<string, unknown> = {}): string {
  const created = world.sandbox.control.create({ provider, ...properties });
  return String(created.checkout_session_id ?? created.id);
}

describe('a session that a customer pays', () => {
  it.each([
    ['flex', 'FLEX', 'WEBHOOK'],
    ['flexprice', 'FLEXPRICE', 'WEBHOOK'],
    ['meteroid', 'METEROID', expect.stringMatching(/WEBHOOK|POLL/)],
  ] as const)('%s: shows at a subscriber, once', async (provider, name, trigger) => {
    const providerId = create(provider);
    const id = globalId(name, providerId);
    const subscriber = subscribe(gateway, { ids: [id] });
    const [first] = await subscriber.until(1);
    expect(first).toMatchObject({ checkoutSession: { id, status: 'OPEN' }, previousStatus: null, trigger: 'POLL' });
    world.sandbox.control.pay({ provider, id: providerId });
    const changes = await subscriber.until(2);
    expect(changes[1]).toMatchObject({ checkoutSession: { id }, previousStatus: 'OPEN', trigger });
    expect(['PROCESSING', 'COMPLETED']).toContain(changes[1]?.checkoutSession.status);
    await sleep(500);
    expect(changes).toHaveLength(2);
    expect(subscriber.errors).toEqual([]);
    await subscriber.stop();
  });
});
