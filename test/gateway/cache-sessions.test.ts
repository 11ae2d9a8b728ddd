import { describe, expect, it } from 'vitest';
import { globalId } from '../../src/checkout/global-id.ts';
import { BY_PROVIDER_ID, useCacheRig } from './cache-rig.ts';

const rig = useCacheRig();
const { pass, callsOf, newSession, read, list, fail, settled } = rig;

const patchStatus = (id: string, status: string) =>
  rig.sandbox.control.patch({ provider: 'meteroid', id, set: { status } });

describe('sessions', () => {
  it('are asked for once, however often they are read', async () => {
    const id = newSession('meteroid');
    rig.sandbox.control.pay({ provider: 'meteroid', id });
    const first = await read('METEROID', id);
    for (let time = 1; time < 20; time++) expect(await read('METEROID', id)).toEqual(first);
    expect(first).toMatchObject({ status: 'COMPLETED' });
    expect(callsOf('meteroid')).toBe(1);
  });

  it.each([
    { status: 'open', seconds: 3, change: () => {} },
    { status: 'completed', seconds: 30, change: (id: string) => rig.sandbox.control.pay({ provider: 'meteroid', id }) },
    {
      status: 'canceled',
      seconds: 600,
      change: (id: string) => rig.sandbox.control.cancel({ provider: 'meteroid', id }),
    },
    { status: 'unknown', seconds: 3, change: (id: string) => patchStatus(id, 'SOMETHING_NEW') },
  ])('that are $status are fresh for $seconds s, 15 % more or less', async ({ seconds, change }) => {
    const id = newSession('meteroid', { expires_at: null });
    change(id);
    const first = await read('METEROID', id);
    pass(seconds * 0.85 - 0.1);
    expect(await read('METEROID', id)).toEqual(first);
    expect(callsOf('meteroid')).toBe(1);
    pass(seconds * 0.3 + 0.2);
    await read('METEROID', id);
    await settled('meteroid', 2);
    expect((await read('METEROID', id))?.fetchedAt).toBe(new Date(rig.now).toISOString());
    expect(callsOf('meteroid')).toBe(2);
  });

  it('are shown at once when they have just gone stale, and asked for once behind that', async () => {
    const id = newSession('meteroid', { expires_at: null });
    const first = await read('METEROID', id);
    rig.sandbox.control.pay({ provider: 'meteroid', id });
    rig.sandbox.control.fault({ provider: 'meteroid', kind: 'delay', delayMs: 100 });
    pass(12);
    expect(await Promise.all([read('METEROID', id), read('METEROID', id)])).toEqual([first, first]);
    await settled('meteroid', 2);
    await expect.poll(() => read('METEROID', id)).toMatchObject({ status: 'COMPLETED' });
    expect(callsOf('meteroid')).toBe(2);
  });

  it('are asked for before they are shown once they are neither fresh nor just gone stale', async () => {
    const id = newSession('meteroid', { expires_at: null });
    await read('METEROID', id);
    rig.sandbox.control.pay({ provider: 'meteroid', id });
    pass(14);
    expect(await read('METEROID', id)).toMatchObject({ status: 'COMPLETED' });
    expect(callsOf('meteroid')).toBe(2);
  });

  it('stand in for a provider that fails: 30 s for an open one, and the answer says so', async () => {
    const id = newSession('meteroid', { expires_at: null });
    const first = await read('METEROID', id);
    fail('meteroid');
    pass(20);
    const { answer, headers } = await rig.gateway.post(BY_PROVIDER_ID, { provider: 'METEROID', id });
    expect(answer).toEqual({ data: { s: first }, extensions: { cache: { stale: true } } });
    expect(headers.get('cache-control')).toBe('private, max-age=0');
    pass(15);
    const { errors } = await rig.gateway.ask(BY_PROVIDER_ID, { provider: 'METEROID', id });
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'UPSTREAM_ERROR', provider: 'METEROID' });
  });

  it('stand in for 24 hours when they have ended', async () => {
    const id = newSession('meteroid', { expires_at: null });
    rig.sandbox.control.cancel({ provider: 'meteroid', id });
    const first = await read('METEROID', id);
    fail('meteroid', { kind: 'reset' });
    pass(23.5 * 3600);
    expect(await read('METEROID', id)).toEqual(first);
    pass(3600);
    expect((await rig.gateway.ask(BY_PROVIDER_ID, { provider: 'METEROID', id })).errors).toHaveLength(1);
  });

  it('do not stand in when the provider refuses the credentials of the gateway', async () => {
    const id = newSession('meteroid', { expires_at: null });
    await read('METEROID', id);
    fail('meteroid', { status: 401 });
    pass(20);
    const { errors } = await rig.gateway.ask(BY_PROVIDER_ID, { provider: 'METEROID', id });
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'UPSTREAM_AUTH_FAILED' });
  });

  it('that are open are not shown beyond their end, not even when the provider fails', async () => {
    const id = newSession('meteroid', { expires_at: new Date(rig.now + 2000).toISOString() });
    expect(await read('METEROID', id)).toMatchObject({ status: 'OPEN', checkoutUrl: expect.any(String) });
    pass(1.9);
    await read('METEROID', id);
    expect(callsOf('meteroid')).toBe(1);
    pass(0.2);
    expect((await read('METEROID', id))?.checkoutUrl).toBeNull();
    expect(callsOf('meteroid')).toBe(2);
    fail('meteroid');
    expect((await rig.gateway.ask(BY_PROVIDER_ID, { provider: 'METEROID', id })).errors).toHaveLength(1);
  });

  it('that do not exist are asked for again after a second', async () => {
    expect(await read('METEROID', 'che_none')).toBeNull();
    expect(await read('METEROID', 'che_none')).toBeNull();
    expect(callsOf('meteroid')).toBe(1);
    pass(1.2);
    expect(await read('METEROID', 'che_none')).toBeNull();
    expect(callsOf('meteroid')).toBe(2);
    fail('meteroid');
    pass(1.2);
    expect((await rig.gateway.ask(BY_PROVIDER_ID, { provider: 'METEROID', id: 'che_none' })).errors).toHaveLength(1);
  });

  it.each([401, 403, 429, 500, 503])('are asked for again after a %d', async (status) => {
    const id = newSession('meteroid');
    fail('meteroid', { status, headers: { 'retry-after': '60' } });
    expect((await rig.gateway.ask(BY_PROVIDER_ID, { provider: 'METEROID', id })).errors).toHaveLength(1);
    rig.sandbox.control.clearFaults();
    expect(await read('METEROID', id)).toMatchObject({ status: 'OPEN' });
  });

  it('are one call for everybody who waits, and nobody who goes away cancels it', async () => {
    const id = newSession('meteroid');
    rig.sandbox.control.fault({ provider: 'meteroid', kind: 'delay', delayMs: 150 });
    const gone = new AbortController();
    const impatient = fetch(`${rig.gateway.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: BY_PROVIDER_ID, variables: { provider: 'METEROID', id } }),
      signal: gone.signal,
    }).catch(() => 'gone');
    await expect.poll(() => callsOf('meteroid')).toBe(1);
    const others = Array.from({ length: 50 }, () => read('METEROID', id));
    gone.abort();
    expect(await impatient).toBe('gone');
    for (const other of others) expect(await other).toMatchObject({ status: 'OPEN' });
    expect(callsOf('meteroid')).toBe(1);
  });

  it('answer with what is expanded for those who want it, and for those who do not', async () => {
    const id = rig.sandbox.examples.flex;
    const ask = (fields: string) =>
      rig.gateway.ask(
        `query ($id: String!) { s: checkoutSessionByProviderId(provider: FLEX, providerId: $id) { ${fields} } }`,
        {
          id,
        },
      );
    await ask('status');
    await ask('customer { email }');
    expect(callsOf('flex')).toBe(2);
    await ask('customer { email }');
    await ask('customer { id }');
    await ask('details { ... on FlexCheckoutDetails { paymentIntent { id } } }');
    expect(callsOf('flex')).toBe(2);
    await ask('details { ... on FlexCheckoutDetails { lineItems { description } } }');
    await ask('details { ... on FlexCheckoutDetails { lineItems { id } } }');
    expect(callsOf('flex')).toBe(3);
  });

  it('of providers that expand nothing are one value, whatever is selected', async () => {
    const id = newSession('meteroid');
    for (const fields of [
      'status',
      'customer { email }',
      'details { ... on FlexCheckoutDetails { paymentIntent { status } } }',
    ]) {
      await rig.gateway.ask(
        `query ($id: String!) { s: checkoutSessionByProviderId(provider: METEROID, providerId: $id) { ${fields} } }`,
        {
          id,
        },
      );
    }
    expect(callsOf('meteroid')).toBe(1);
  });
});

describe('many sessions of Meteroid', () => {
  const NODES = 'query ($ids: [ID!]!) { nodes(ids: $ids) { ... on CheckoutSession { providerId status } } }';
  const nodes = (ids: string[]) => rig.gateway.ask<{ nodes: ({ providerId: string } | null)[] }>(NODES, { ids });
  const idOf = async (id: string) => (await read('METEROID', id))?.id ?? '';

  it('are there although the list that is kept does not know them yet', async () => {
    const others = Array.from({ length: 10 }, () => newSession('meteroid', { expires_at: null }));
    const ids = [];
    for (const other of others) ids.push(await idOf(other));
    pass(14);
    await list();
    const young = newSession('meteroid', { expires_at: null });
    const id = await idOf(young);
    pass(4.4);
    const { data, errors } = await nodes([...ids, id]);
    expect(errors).toBeUndefined();
    expect(data.nodes.map((node) => node?.providerId)).toEqual([...others, young]);
  });

  it('stand in one by one when their list cannot be read', async () => {
    const others = Array.from({ length: 12 }, () => newSession('meteroid', { expires_at: null }));
    const ids = [];
    for (const other of others) {
      rig.sandbox.control.pay({ provider: 'meteroid', id: other });
      ids.push(await idOf(other));
    }
    pass(60);
    fail('meteroid');
    const { data, errors, extensions } = await nodes(ids);
    expect(errors).toBeUndefined();
    expect(data.nodes.map((node) => node?.providerId)).toEqual(others);
    expect(extensions).toEqual({ cache: { stale: true } });
  });
});

describe('one request', () => {
  it('does not wait in the queue of another', async () => {
    const ids = Array.from({ length: 40 }, () => newSession('flexprice'));
    rig.sandbox.control.fault({ provider: 'flexprice', kind: 'delay', delayMs: 150 });
    const done: string[] = [];
    const nodes = ids.map((id) => ({ id: globalId('FLEXPRICE', id) }));
    const greedy = rig.gateway
      .ask('query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', { ids: nodes.map(({ id }) => id) })
      .then((answer) => {
        done.push('greedy');
        return answer;
      });
    await expect.poll(() => callsOf('flexprice')).toBe(16);
    expect(await read('FLEXPRICE', ids[39] ?? '')).toMatchObject(nodes[39] ?? {});
    done.push('modest');
    expect(await greedy).toEqual({ data: { nodes } });
    expect(done).toEqual(['modest', 'greedy']);
    expect(callsOf('flexprice')).toBe(40);
  });
});
