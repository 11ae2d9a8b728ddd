import { describe, expect, it } from 'vitest';
import { BY_PROVIDER_ID, LIST, type List, useCacheRig } from './cache-rig.ts';

const rig = useCacheRig();
const { pass, callsOf, newSession, flexSession, read, list, fail } = rig;

describe('lists', () => {
  it('are asked for once while they are fresh: a page of Flex, and all of Meteroid', async () => {
    const first = await list();
    expect(await list()).toEqual(first);
    await rig.gateway.ask('{ checkoutSessions(first: 100) { nodes { createdAt } } }');
    expect([callsOf('flex'), callsOf('meteroid')]).toEqual([1, 1]);
    pass(14);
    await list();
    expect([callsOf('flex'), callsOf('meteroid')]).toEqual([2, 2]);
  });

  it('answer for other pages of Meteroid, and for its sessions when many are wanted', async () => {
    await list();
    await rig.gateway.ask('{ checkoutSessions(first: 3, filter: { providers: [METEROID] }) { nodes { id } } }');
    const ids = rig.sandbox.control.sessions({ provider: 'meteroid', limit: 12 }).map(({ id }) => id);
    const fields = ids.map(
      (id, index) => `s${index}: checkoutSessionByProviderId(provider: METEROID, providerId: "${id}") { status }`,
    );
    await rig.gateway.ask(`{ ${fields.join('\n')} }`);
    expect(callsOf('meteroid')).toBe(1);
  });

  it('of different filters are different', async () => {
    const all = (await list({ providers: ['FLEX'] })).nodes;
    for (const status of ['OPEN', 'COMPLETED', 'CANCELED']) {
      expect((await list({ providers: ['FLEX'], statuses: [status] })).nodes).toEqual(
        all.filter((node) => node.status === status),
      );
    }
    const since = { createdAt: { gte: new Date(rig.now - 86_400_000).toISOString() } };
    const recent = (await list({ providers: ['FLEX'], ...since })).nodes;
    expect(recent.length).toBeLessThan(all.length);
    expect((await list({ providers: ['FLEX'], createdWithinDays: 1 })).nodes).toEqual(recent);
  });

  it('of the last days are shared for a while', async () => {
    rig.later(10_123 - (rig.now % 10_000));
    await list({ providers: ['FLEX'], createdWithinDays: 30 });
    rig.later(2400);
    await list({ providers: ['FLEX'], createdWithinDays: 30 });
    expect(callsOf('flex')).toBe(1);
  });

  it('of the gateway itself are as fresh as those of the providers', async () => {
    const id = rig.sandbox.examples.flexprice;
    rig.sandbox.control.expire({ provider: 'flexprice', id });
    expect(await read('FLEXPRICE', id)).toMatchObject({ status: 'EXPIRED' });
    const { headers } = await rig.gateway.post(
      '{ checkoutSessions(filter: { providers: [FLEXPRICE] }) { nodes { id } } }',
    );
    expect(headers.get('cache-control')).toMatch(/^private, max-age=[23]$/);
  });

  it('stand in for a provider that fails: its source is STALE, with the reason', async () => {
    const first = await list();
    pass(20);
    fail('flex');
    fail('meteroid', { kind: 'reset' });
    const { answer } = await rig.gateway.post(LIST, {}, { 'x-cache-info': '1' });
    const { nodes, sources } = answer.data.checkoutSessions as List;
    expect(nodes).toEqual(first.nodes);
    expect(sources.map(({ provider, state, code }) => [provider, state, code])).toEqual([
      ['FLEX', 'STALE', 'UPSTREAM_ERROR'],
      ['FLEXPRICE', 'OK', null],
      ['METEROID', 'STALE', 'UPSTREAM_ERROR'],
    ]);
    expect(sources[0]?.message).toBe('Flex failed to answer.');
    expect(answer.extensions).toEqual({ cache: { hits: 2, misses: 0, stale: true } });
    pass(15);
    const late = await rig.gateway.ask<{ checkoutSessions: List }>(LIST, { filter: { providers: ['FLEX'] } });
    expect(late.errors?.[0]?.extensions.code).toBe('UPSTREAM_ERROR');
  });

  it('are STALE when sessions in them are: those of a provider without a list', async () => {
    const id = rig.sandbox.examples.flexprice;
    await read('FLEXPRICE', id);
    pass(20);
    fail('flexprice');
    const { nodes, sources } = await list({ providers: ['FLEXPRICE'] });
    expect(nodes.map(({ providerId }) => providerId)).toEqual([id]);
    expect(sources).toMatchObject([{ provider: 'FLEXPRICE', state: 'STALE', code: 'UPSTREAM_ERROR' }]);
  });

  it('do not show an older session than was shown by itself, nor the other way round', async () => {
    const id = newSession('meteroid', { expires_at: null });
    await list();
    rig.sandbox.control.pay({ provider: 'meteroid', id });
    expect(await read('METEROID', id)).toMatchObject({ status: 'COMPLETED' });
    const statusIn = async () => (await list()).nodes.find(({ providerId }) => providerId === id)?.status;
    expect(await statusIn()).toBe('COMPLETED');

    const other = flexSession();
    await read('FLEX', other);
    rig.later(5);
    rig.sandbox.control.pay({ provider: 'flex', id: other });
    const listed = (await list({ providers: ['FLEX'], createdWithinDays: 1 })).nodes;
    const status = listed.find(({ providerId }) => providerId === other)?.status;
    expect(status).not.toBe('OPEN');
    expect((await read('FLEX', other))?.status).toBe(status);
  });
});

describe('what the answer tells', () => {
  it('is hits and misses to those who ask for it, and to others nothing', async () => {
    const variables = { provider: 'METEROID', id: newSession('meteroid') };
    const info = { 'x-cache-info': 'true' };
    expect((await rig.gateway.post(BY_PROVIDER_ID, variables, info)).answer.extensions).toEqual({
      cache: { hits: 0, misses: 1, stale: false },
    });
    expect((await rig.gateway.post(BY_PROVIDER_ID, variables, info)).answer.extensions).toEqual({
      cache: { hits: 1, misses: 0, stale: false },
    });
    expect((await rig.gateway.post(BY_PROVIDER_ID, variables)).answer.extensions).toBeUndefined();
  });

  it('is how long all of it is fresh', async () => {
    const id = newSession('meteroid', { expires_at: null });
    rig.sandbox.control.cancel({ provider: 'meteroid', id });
    const maxAge = async (query: string, variables: Record<string, unknown>) =>
      /^private, max-age=(\d+)$/.exec(
        (await rig.gateway.post(query, variables)).headers.get('cache-control') ?? '',
      )?.[1];
    const alone = Number(await maxAge(BY_PROVIDER_ID, { provider: 'METEROID', id }));
    expect(alone).toBeGreaterThanOrEqual(509);
    expect(alone).toBeLessThanOrEqual(690);
    const both = `query ($id: String!, $other: String!) {
      a: checkoutSessionByProviderId(provider: METEROID, providerId: $id) { id }
      b: checkoutSessionByProviderId(provider: FLEXPRICE, providerId: $other) { id }
    }`;
    expect(['2', '3']).toContain(await maxAge(both, { id, other: rig.sandbox.examples.flexprice }));
  });

  it.each([
    ['an answer with errors', '{ node(id: "nonsense") { id } }'],
    ['an answer that nothing was read for', '{ providers { provider } }'],
    ['a change', 'mutation { deleteCheckoutSession(input: { id: "MXA6Y3NfMQ" }) { deletedId } }'],
  ])('is that %s may not be kept', async (_, query) => {
    expect((await rig.gateway.post(query)).headers.get('cache-control')).toBe('no-store');
  });

  it('is that a list with a failed source is not to be kept', async () => {
    fail('flex');
    const { answer, headers } = await rig.gateway.post(LIST);
    expect(answer.errors).toBeUndefined();
    expect(headers.get('cache-control')).toBe('private, max-age=0');
  });

  it('is counted', async () => {
    const id = newSession('meteroid');
    await read('METEROID', id);
    await read('METEROID', id);
    const metrics = await (await fetch(`${rig.gateway.url}/metrics`)).text();
    expect(metrics).toContain('checkout_gateway_cache_reads_total{outcome="hit"} 1');
    expect(metrics).toContain('checkout_gateway_cache_reads_total{outcome="miss"} 1');
  });
});
