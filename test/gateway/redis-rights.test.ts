import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Sandbox, startSandbox } from '../../sandbox/index.ts';
import { startTestGateway } from '../helpers/gateway.ts';
import { type RedisServer, startRedis } from '../helpers/redis.ts';

/** What docs/operations.md tells operators to give the gateway's user. */
const [, RIGHTS = ''] =
  /ACL SETUSER gateway on >\S+ (.+)/.exec(readFileSync(new URL('../../docs/operations.md', import.meta.url), 'utf8')) ??
  [];

let redis: RedisServer;
let sandbox: Sandbox;

beforeEach(async () => {
  [redis, sandbox] = await Promise.all([startRedis(), startSandbox({ sessions: 3 })]);
});
afterEach(async () => {
  await Promise.all([redis.stop(), sandbox.stop()]);
});

async function startWith(rights: string) {
  await redis.client.call('ACL', 'SETUSER', 'gateway', 'on', '>secret', ...rights.split(' '));
  const { flexprice, meteroid, flex } = sandbox.providers;
  return startTestGateway({
    providers: { FLEXPRICE: flexprice, METEROID: meteroid, FLEX: flex },
    redisUrl: redis.url.replace('redis://', 'redis://gateway:secret@'),
    cacheMemoryMiB: 16,
  });
}

const partsOf = async (url: string): Promise<Record<string, string>> =>
  ((await (await fetch(`${url}/readyz`)).json()) as { parts: Record<string, string> }).parts;

const CREATE = `mutation {
  createCheckoutSession(input: {
    idempotencyKey: "k"
    session: { flexprice: {
      customerExternalId: "user_1001", createSubscription: { planId: "plan_team", currency: "usd", billingPeriod: "MONTHLY" }
    } }
  }) { checkoutSession { id } userErrors { code } }
}`;

it('a user with the rights that the documents name can do everything', async () => {
  const gateway = await startWith(RIGHTS);
  expect((await gateway.ask(CREATE)).data).toMatchObject({ createCheckoutSession: { userErrors: [] } });
  const { data, errors } = await gateway.ask(
    '{ checkoutSessions { totalCount } operation(idempotencyKey: "k") { state } }',
  );
  expect(errors).toBeUndefined();
  expect(data).toMatchObject({ operation: { state: 'SUCCEEDED' } });
  expect(await partsOf(gateway.url)).toMatchObject({ redis: 'up' });
  expect(gateway.log.filter((line) => /NOPERM|away/.test(line))).toEqual([]);
  await gateway.stop();
});

it.each(['zscore', 'hgetall', 'set'])(
  'one who lacks %s is told so once, and Redis does not come and go',
  async (word) => {
    const gateway = await startWith(`${RIGHTS} -${word}`);
    await expect.poll(() => partsOf(gateway.url)).toMatchObject({ redis: 'down' });
    await new Promise((resolve) => setTimeout(resolve, 2500));
    expect(await partsOf(gateway.url)).toMatchObject({ redis: 'down' });
    expect(gateway.log.filter((line) => line.includes('"msg":"redis is away'))).toHaveLength(1);
    await gateway.stop();
  },
);
