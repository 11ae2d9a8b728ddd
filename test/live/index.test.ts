import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { globalId } from '../../src/checkout/global-id.ts';
import type { TestGateway } from '../helpers/gateway.ts';
import { listPage } from '../helpers/list.ts';
import { startRedis } from '../helpers/redis.ts';
import { ask, BODIES } from '../sandbox/client.ts';
import { type LiveWorld, openWorld, subscribe } from './rig.ts';

const LISTED = { first: 100, filter: { providers: ['FLEXPRICE'] } };

const listed = async (gateway: TestGateway) => (await listPage(gateway, LISTED)).nodes;

/** Somebody else makes a session at Flexprice, past the gateway; its webhook tells of the link, a second later. */
async function makeElsewhere({ sandbox }: LiveWorld): Promise<string> {
  const { status, json } = await ask(sandbox, 'flexprice', '', { body: BODIES.flexprice });
  expect(status).toBe(201);
  sandbox.control.advance({ seconds: 2 });
  return String(json.id);
}

async function open(): Promise<LiveWorld> {
  const world = await openWorld();
  onTestFinished(() => world.close());
  return world;
}

it('a session that was made elsewhere is in the list when it was told of, and after a restart', async () => {
  const world = await open();
  const dataDir = await mkdtemp(join(tmpdir(), 'index-'));
  onTestFinished(() => rm(dataDir, { recursive: true }));
  const first = await world.start({ dataDir });
  expect(await listed(first)).toEqual([]);
  const everything = subscribe(first, { filter: { providers: ['FLEXPRICE'] } });
  const providerId = await makeElsewhere(world);
  await expect.poll(async () => (await listed(first)).map((node) => node.providerId)).toEqual([providerId]);
  expect((await everything.until(1))[0]).toMatchObject({
    checkoutSession: { providerId, status: 'OPEN' },
    trigger: 'WEBHOOK',
  });
  await everything.stop();
  // Another one, of which only the events tell, in an order that is none.
  world.sandbox.control.webhookSwitches({ provider: 'flexprice', order: 'reversed', holdMs: 300, duplicates: 3 });
  const paid = await makeElsewhere(world);
  world.sandbox.control.pay({ provider: 'flexprice', id: paid });
  await expect.poll(async () => (await listed(first)).length).toBe(2);
  await first.stop();
  const second = await world.start({ dataDir, hears: true });
  const nodes = await listed(second);
  expect(new Map(nodes.map((node) => [node.providerId, node.status]))).toEqual(
    new Map([
      [providerId, 'OPEN'],
      [paid, 'COMPLETED'],
    ]),
  );
  const { data } = await second.ask('query ($id: ID!) { checkoutSession(id: $id) { providerId } }', {
    id: globalId('FLEXPRICE', paid),
  });
  expect(data).toEqual({ checkoutSession: { providerId: paid } });
});

it('with Redis it is in the list of the other replica, too', async () => {
  const [world, redis] = await Promise.all([open(), startRedis()]);
  onTestFinished(() => redis.stop());
  const [hearing, other] = [await world.start({ redisUrl: redis.url }), await world.start({ redisUrl: redis.url })];
  const providerId = await makeElsewhere(world);
  for (const gateway of [hearing, other]) {
    await expect.poll(async () => (await listed(gateway)).map((node) => node.providerId)).toEqual([providerId]);
  }
});
