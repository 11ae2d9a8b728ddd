import { type Client, createClient } from 'graphql-sse';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { globalId } from '../../src/checkout/global-id.ts';
import type { TestGateway } from '../helpers/gateway.ts';
import { type Change, type LiveWorld, openWorld } from './rig.ts';

let world: LiveWorld;
let gateway: TestGateway;
let aheadMs = 0;

beforeAll(async () => {
  world = await openWorld();
  gateway = await world.start({ now: () => Date.now() + aheadMs, upstreamPolicy: { attempts: 1 } });
});
afterAll(() => world.close());

type Result = {
  data?: { checkoutSessionChanged: Change } | null;
  errors?: readonly { extensions?: Record<string, unknown> }[];
  extensions?: Record<string, unknown>;
};

const QUERY = `subscription ($ids: [ID!]) {
  checkoutSessionChanged(ids: $ids) { checkoutSession { id providerId status } previousStatus trigger at }
}`;

function follow(ids: readonly string[], singleConnection = false) {
  const url = `${gateway.url}/graphql/stream`;
  const client: Client<boolean> = singleConnection
    ? createClient<true>({ url, singleConnection: true })
    : createClient<false>({ url, singleConnection: false });
  onTestFinished(() => client.dispose());
  const results: Result[] = [];
  const errors: unknown[] = [];
  client.subscribe(
    { query: QUERY, variables: { ids } },
    {
      next: (result) => void results.push(result as Result),
      error: (error) => void errors.push(error),
      complete: () => {},
    },
  );
  return {
    results,
    errors,
    statuses: () => results.map(({ data }) => data?.checkoutSessionChanged.checkoutSession.status),
  };
}

describe('over an event stream', () => {
  it.each([false, true])('first how a session is, then how it changes (single connection: %s)', async (isSingle) => {
    const providerId = world.create('flex');
    const { results, errors, statuses } = follow([globalId('FLEX', providerId)], isSingle);
    await expect.poll(statuses).toEqual(['OPEN']);
    world.sandbox.control.pay({ provider: 'flex', id: providerId });
    await expect.poll(statuses).toEqual(['OPEN', 'COMPLETED']);
    expect(results[1]?.data?.checkoutSessionChanged).toMatchObject({ previousStatus: 'OPEN', trigger: 'WEBHOOK' });
    expect(errors).toEqual([]);
  });

  it('what is asked for wrongly is said', async () => {
    const { results, errors } = follow(['nonsense']);
    await expect.poll(() => results.length + errors.length).toBe(1);
    expect(JSON.stringify([results, errors])).toContain('BAD_USER_INPUT');
  });

  it('a state that stands in for the answer of a provider that fails is called stale', async () => {
    const providerId = world.create('flexprice');
    const id = globalId('FLEXPRICE', providerId);
    await gateway.ask('query ($id: ID!) { checkoutSession(id: $id) { status } }', { id });
    aheadMs += 20_000;
    world.sandbox.control.fault({ provider: 'flexprice', kind: 'status', status: 503 });
    const { results, statuses } = follow([id]);
    await expect.poll(statuses).toEqual(['OPEN']);
    world.sandbox.control.clearFaults();
    expect(results[0]?.extensions).toEqual({ cache: { stale: true } });
  });
});
