import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { globalId } from '../../src/checkout/global-id.ts';
import { type KillableGateway, startKillable } from '../changing/killable.ts';
import { type RedisServer, startRedis } from '../helpers/redis.ts';
import { deliver, flexEvent, flexpriceEvent } from './deliver.ts';
import { type LiveWorld, openWorld, type Subscriber, subscribe } from './rig.ts';

const COUNT = 15;
/** Milliseconds after which nobody holds the events of one that died any more. */
const LEASE_MS = 15_000;

let redis: RedisServer;
const folders: string[] = [];

beforeAll(async () => {
  redis = await startRedis();
});
afterAll(async () => {
  await redis.stop();
  await Promise.all(folders.map((folder) => rm(folder, { recursive: true })));
});

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'killed-'));
  folders.push(folder);
  return folder;
}

type Start = (options: { dataDir: string; redisUrl?: string }) => Promise<KillableGateway>;

async function withWorld(use: (world: LiveWorld, start: Start) => Promise<void>): Promise<void> {
  const world = await openWorld();
  const running: KillableGateway[] = [];
  try {
    await use(world, async (options) => {
      const upstreamPolicy = { breakerMinimumCalls: 1e6, attempts: 1 };
      const gateway = await startKillable({ providers: world.addresses, upstreamPolicy, ...options });
      running.push(gateway);
      return gateway;
    });
  } finally {
    await Promise.all(running.map((gateway) => gateway.kill()));
    await world.close();
  }
}

type Sessions = { flex: string[]; flexprice: string[]; ids: string[] };

function makeSessions(world: LiveWorld): Sessions {
  const make = (provider: 'flex' | 'flexprice') => Array.from({ length: COUNT }, () => world.create(provider));
  const [flex, flexprice] = [make('flex'), make('flexprice')];
  const ids = [...flex.map((id) => globalId('FLEX', id)), ...flexprice.map((id) => globalId('FLEXPRICE', id))];
  return { flex, flexprice, ids };
}

/** Pays all of them, tells it while no provider answers, and kills the gateway as soon as it has acknowledged all. */
async function killBetween(world: LiveWorld, gateway: KillableGateway, { flex, flexprice }: Sessions): Promise<void> {
  const { control } = world.sandbox;
  for (const provider of ['flex', 'flexprice'] as const) control.fault({ provider, kind: 'hang' });
  const answers = await Promise.all([
    ...flex.map((id) =>
      deliver(gateway, 'flex', flexEvent('checkout.session.completed', control.pay({ provider: 'flex', id }))),
    ),
    ...flexprice.map((id) => {
      control.pay({ provider: 'flexprice', id });
      return deliver(gateway, 'flexprice', flexpriceEvent('completed', id));
    }),
  ]);
  await gateway.kill();
  expect(answers.map(({ status, body }) => [status, body.status])).toEqual(answers.map(() => [200, 'recorded']));
  control.clearFaults();
}

const completed = ({ changes }: Subscriber) =>
  changes
    .filter(({ checkoutSession }) => checkoutSession.status === 'COMPLETED')
    .map(({ checkoutSession }) => checkoutSession.id);

async function expectList(gateway: KillableGateway, { flexprice }: Sessions): Promise<void> {
  const query = `query ($filter: CheckoutSessionFilter) {
    checkoutSessions(first: 100, filter: $filter) { nodes { providerId } }
  }`;
  const filter = { providers: ['FLEXPRICE'], statuses: ['COMPLETED'] };
  const { data } = (await gateway.ask(query, { filter })) as {
    data: { checkoutSessions: { nodes: { providerId: string }[] } };
  };
  expect(data.checkoutSessions.nodes.map(({ providerId }) => providerId).sort()).toEqual([...flexprice].sort());
}

/** Everything that was acknowledged, once each. */
async function expectAll(subscriber: Subscriber, ids: readonly string[], withinMs: number): Promise<void> {
  await expect.poll(() => completed(subscriber).length, { timeout: withinMs }).toBe(ids.length);
  expect(completed(subscriber).sort()).toEqual([...ids].sort());
}

describe.concurrent('a gateway that is killed between writing events down and applying them', () => {
  it('applies them after its next start', { timeout: 40_000 }, () =>
    withWorld(async (world, start) => {
      const dataDir = await newFolder();
      const sessions = makeSessions(world);
      await killBetween(world, await start({ dataDir }), sessions);
      const next = await start({ dataDir });
      // Nobody asks for the sessions: what the list then knows of them, it knows from the events.
      const everything = subscribe(next, { filter: { statuses: ['COMPLETED'] } });
      await sleep(300);
      next.jump(LEASE_MS);
      await expectAll(everything, sessions.ids, 10_000);
      await expectList(next, sessions);
      const again = subscribe(next, { ids: sessions.ids });
      expect((await again.until(2 * COUNT)).map(({ checkoutSession }) => checkoutSession.status)).toEqual(
        sessions.ids.map(() => 'COMPLETED'),
      );
      await Promise.all([everything.stop(), again.stop()]);
    }),
  );

  it('leaves them to another replica, which tells its subscribers', { timeout: 40_000 }, () =>
    withWorld(async (world, start) => {
      const sessions = makeSessions(world);
      const [killed, other] = await Promise.all([
        start({ dataDir: await newFolder(), redisUrl: redis.url }),
        start({ dataDir: await newFolder(), redisUrl: redis.url }),
      ]);
      const subscriber = subscribe(other, { ids: sessions.ids });
      await subscriber.until(2 * COUNT);
      await killBetween(world, killed, sessions);
      const killedAt = performance.now();
      await expectAll(subscriber, sessions.ids, 25_000);
      expect(performance.now() - killedAt).toBeLessThan(22_000);
      expect(new Set(subscriber.changes.slice(2 * COUNT).map(({ previousStatus }) => previousStatus))).toEqual(
        new Set(['OPEN']),
      );
      await subscriber.stop();
    }),
  );
});
