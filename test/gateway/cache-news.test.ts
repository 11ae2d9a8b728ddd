import { describe, expect, it } from 'vitest';
import { type List, useCacheRig } from './cache-rig.ts';

const rig = useCacheRig();
const { pass, callsOf, newSession, flexSession, read, list } = rig;

describe('news', () => {
  it('of a refund counts wherever the session is shown', async () => {
    const id = flexSession();
    rig.sandbox.control.pay({ provider: 'flex', id });
    const refunded = async (fields: string) => {
      const query = `query ($id: String!) { s: checkoutSessionByProviderId(provider: FLEX, providerId: $id) {
        amounts { refunded { minorUnits } } ${fields} } }`;
      const { data } = await rig.gateway.ask<{ s: { amounts: { refunded: { minorUnits: number } | null } } }>(query, {
        id,
      });
      return data.s.amounts.refunded?.minorUnits ?? 0;
    };
    expect(await refunded('')).toBe(0);
    rig.sandbox.control.patch({ provider: 'flex', id, set: { amount_refunded: 500 } });
    rig.later(10);
    expect(await refunded('customer { email }')).toBe(500);
    expect(await refunded('')).toBe(500);
    rig.sandbox.control.patch({ provider: 'flex', id, set: { amount_refunded: 700 } });
    rig.later(10);
    await list({ providers: ['FLEX'] });
    expect(await refunded('')).toBe(700);
  });

  it('counts more than an answer that was asked for before it', async () => {
    const id = newSession('meteroid', { expires_at: null });
    // The list is read at once, and answered late.
    rig.sandbox.control.fault({
      provider: 'meteroid',
      match: { path: 'checkout-sessions$' },
      kind: 'delay',
      delayMs: 200,
      when: 'after',
      times: 1,
    });
    const slow = list();
    await expect.poll(() => callsOf('meteroid')).toBe(1);
    rig.later(10);
    rig.sandbox.control.pay({ provider: 'meteroid', id });
    expect(await read('METEROID', id)).toMatchObject({ status: 'COMPLETED' });
    const statusIn = ({ nodes }: List) => nodes.find(({ providerId }) => providerId === id)?.status;
    expect(statusIn(await list())).toBe('COMPLETED');
    await slow;
    expect(statusIn(await list())).toBe('COMPLETED');
  });

  it('that a session is there counts for who was told that it is not', async () => {
    expect(await read('METEROID', 'che_late')).toBeNull();
    rig.later(10);
    rig.sandbox.control.create({ provider: 'meteroid', id: 'che_late' });
    expect((await list()).nodes.map(({ providerId }) => providerId)).toContain('che_late');
    expect(await read('METEROID', 'che_late')).toMatchObject({ status: 'OPEN' });
  });

  it('that a list brings counts for sessions that are kept for long', async () => {
    const id = newSession('meteroid', { expires_at: null });
    rig.sandbox.control.expire({ provider: 'meteroid', id });
    expect(await read('METEROID', id)).toMatchObject({ status: 'EXPIRED' });
    rig.sandbox.control.patch({ provider: 'meteroid', id, set: { status: 'COMPLETED' } });
    pass(20);
    const statusIn = async () => (await list()).nodes.find(({ providerId }) => providerId === id)?.status;
    expect(await statusIn()).toBe('COMPLETED');
    pass(200);
    expect(await read('METEROID', id)).toMatchObject({ status: 'COMPLETED' });
  });

  it('in one expansion counts for the others', async () => {
    const id = flexSession();
    rig.sandbox.control.expire({ provider: 'flex', id });
    await read('FLEX', id);
    rig.sandbox.control.patch({ provider: 'flex', id, set: { status: 'complete' } });
    const query = `query ($id: String!) { s: checkoutSessionByProviderId(provider: FLEX, providerId: $id) { status customer { email } } }`;
    expect((await rig.gateway.ask(query, { id })).data.s).toMatchObject({ status: 'COMPLETED' });
    pass(100);
    expect(await read('FLEX', id)).toMatchObject({ status: 'COMPLETED' });
  });
});

describe('changes', () => {
  const DELETE = `mutation ($id: ID!) { deleteCheckoutSession(input: { id: $id }) { deletedId userErrors { code } } }`;

  it('show in the very next read, and in the next list', async () => {
    const providerId = rig.sandbox.examples.flexprice;
    const { id = '' } = (await read('FLEXPRICE', providerId)) ?? {};
    expect((await list({ includeArchived: false })).nodes.map((node) => node.providerId)).toContain(providerId);
    await rig.gateway.ask(DELETE, { id });
    expect(await read('FLEXPRICE', providerId)).toMatchObject({ isArchived: true });
    expect((await list({ includeArchived: false })).nodes.map((node) => node.providerId)).not.toContain(providerId);
  });

  it('keep out what was read while they happened', async () => {
    const providerId = rig.sandbox.examples.flexprice;
    const { id = '' } = (await read('FLEXPRICE', providerId)) ?? {};
    pass(14);
    // The provider reads before the change, and answers after it.
    rig.sandbox.control.fault({
      provider: 'flexprice',
      match: { method: 'GET' },
      kind: 'delay',
      delayMs: 200,
      when: 'after',
      times: 1,
    });
    const slow = read('FLEXPRICE', providerId);
    await expect.poll(() => callsOf('flexprice')).toBe(2);
    await rig.gateway.ask(DELETE, { id });
    expect(await read('FLEXPRICE', providerId)).toMatchObject({ isArchived: true });
    await slow;
    expect(await read('FLEXPRICE', providerId)).toMatchObject({ isArchived: true });
  });

  it('leave the list although the provider lags at that very moment', async () => {
    const providerId = rig.sandbox.examples.flexprice;
    const { id = '' } = (await read('FLEXPRICE', providerId)) ?? {};
    const body = rig.sandbox.control.session({ provider: 'flexprice', id: providerId });
    rig.sandbox.control.fault({
      provider: 'flexprice',
      match: { method: 'GET' },
      kind: 'body',
      status: 200,
      body,
      times: 2,
    });
    await rig.gateway.ask(DELETE, { id });
    const count = '{ checkoutSessions(filter: { providers: [FLEXPRICE] }) { totalCount nodes { id } } }';
    await rig.gateway.ask(count);
    expect((await rig.gateway.ask(count)).data.checkoutSessions).toEqual({ totalCount: 0, nodes: [] });
  });

  it('are not forgotten by a replica of the provider that lags: asked again once, shown, but not kept', async () => {
    const providerId = rig.sandbox.examples.flexprice;
    const { id = '' } = (await read('FLEXPRICE', providerId)) ?? {};
    const before = rig.sandbox.control.session({ provider: 'flexprice', id: providerId });
    await rig.gateway.ask(DELETE, { id });
    pass(60);
    const lag = (times: number) =>
      rig.sandbox.control.fault({
        provider: 'flexprice',
        match: { method: 'GET' },
        kind: 'body',
        status: 200,
        body: before,
        times,
      });
    const calls = callsOf('flexprice');
    lag(1);
    expect(await read('FLEXPRICE', providerId)).toMatchObject({ isArchived: true });
    expect(callsOf('flexprice')).toBe(calls + 2);
    pass(60);
    lag(2);
    expect(await read('FLEXPRICE', providerId)).toMatchObject({ isArchived: false });
    expect(callsOf('flexprice')).toBe(calls + 4);
    expect(await read('FLEXPRICE', providerId)).toMatchObject({ isArchived: true });
    expect(callsOf('flexprice')).toBe(calls + 5);
  });
});
