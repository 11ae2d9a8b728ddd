import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { FaultSpec } from '../../sandbox/index.ts';
import { FULL_SESSION_QUERY } from '../helpers/full-session.ts';
import { startTestGateway, type TestGateway } from '../helpers/gateway.ts';
import { startTestSandbox } from '../helpers/sandbox.ts';
import { CASES } from './contract-cases.ts';

type Session = Record<string, unknown>;

describe.each(CASES)('$name keeps the contract of a provider', (provider) => {
  const { name, sandboxName, idProperty, statusProperty, sessionPath } = provider;
  let sandbox: Awaited<ReturnType<typeof startTestSandbox>>;
  let gateway: TestGateway;

  beforeAll(async () => {
    sandbox = await startTestSandbox();
    // Every case may fail as it likes: the breaker has its own tests.
    gateway = await startTestGateway({
      providers: sandbox.addresses,
      upstreamPolicy: { breakerMinimumCalls: 1e6, backoffMs: 1 },
    });
  });
  afterEach(() => {
    sandbox.control.reset();
  });
  afterAll(async () => {
    await gateway.stop();
    await sandbox.stop();
  });

  const ask = (providerId: string) =>
    gateway.ask<{ session: Session | null }>(FULL_SESSION_QUERY, { provider: name, providerId });
  const read = async (providerId: string): Promise<Session> => {
    const answer = await ask(providerId);
    expect(answer.errors).toBeUndefined();
    return answer.data.session as Session;
  };
  const create = (properties: Record<string, unknown> = {}): string => {
    const created = sandbox.control.create({ provider: sandboxName, ...properties });
    return String(created[idProperty]);
  };
  const callsOf = () => sandbox.control.calls({ provider: sandboxName });
  const fault = (spec: Omit<FaultSpec, 'provider'>) => sandbox.control.fault({ provider: sandboxName, ...spec });

  it('shows a session by its own id and by the global one', async () => {
    const session = await read(sandbox.examples[sandboxName]);
    expect(session).toMatchObject({
      provider: name,
      providerId: sandbox.examples[sandboxName],
      status: 'OPEN',
      isExpired: false,
    });
    const again = await gateway.ask<Record<string, Session>>(
      'query ($id: ID!) { node(id: $id) { id __typename ... on CheckoutSession { providerId } } checkoutSession(id: $id) { id createdAt } }',
      { id: session.id },
    );
    expect(again.data.node).toEqual({ id: session.id, __typename: 'CheckoutSession', providerId: session.providerId });
    expect(again.data.checkoutSession).toEqual({ id: session.id, createdAt: session.createdAt });
  });

  it('shows every seeded session without an error', async () => {
    const list = await gateway.ask<{ checkoutSessions: { nodes: Session[] } }>(
      '{ checkoutSessions(first: 100) { nodes { id status provider } } }',
    );
    expect(list.errors).toBeUndefined();
    const seeded = list.data.checkoutSessions.nodes.filter((node) => node.provider === name);
    if (sandboxName !== 'flexprice') expect(seeded.length).toBeGreaterThan(20);
    for (const { status } of seeded) expect(status).not.toBe('UNKNOWN');
  });

  it('has no session for an unknown id, and says so without an error', async () => {
    expect(await ask(`${sandbox.examples[sandboxName]}x`)).toEqual({ data: { session: null } });
  });

  it('escapes ids, so that none can reach another path', async () => {
    for (const id of ['../../../secret', 'a/b?c=d#e', '%2e%2e', 'é ✓', '?']) {
      expect(await ask(id), id).toEqual({ data: { session: null } });
    }
    for (const { path, query } of callsOf()) {
      expect(path.startsWith(sessionPath), path).toBe(true);
      expect(path.slice(sessionPath.length)).not.toMatch(/[/?#]/);
      expect(query).not.toHaveProperty('c');
    }
  });

  it.each(Object.entries(provider.statuses))('calls its status %s ours: %s', async (word, status) => {
    const id = create({ [statusProperty]: word });
    expect(await read(id)).toMatchObject({ status, providerStatus: word });
  });

  it.each(['tomorrow', 'constructor', '__proto__', ''])(
    'takes the unknown status word %j for UNKNOWN',
    async (word) => {
      const id = create({ [statusProperty]: word });
      expect(await read(id)).toMatchObject({ status: 'UNKNOWN', providerStatus: word, checkoutUrl: null });
    },
  );

  it.each(provider.modes)('with %j has the mode %s', async (properties, mode) => {
    expect(await read(create(properties))).toMatchObject({ mode });
  });

  it('hides the address to pay at once nobody can pay any more', async () => {
    const id = create();
    sandbox.control.pay({ provider: sandboxName, id });
    const session = await read(id);
    if (session.status === 'COMPLETED') expect(session.checkoutUrl).toBeNull();
  });

  it('ignores properties it does not know', async () => {
    const id = create();
    const before = await read(id);
    sandbox.control.patch({ provider: sandboxName, id, set: { brand_new: { deep: [1] }, another: null } });
    expect({ ...(await read(id)), fetchedAt: 0, checkoutUrl: 0 }).toEqual({ ...before, fetchedAt: 0, checkoutUrl: 0 });
  });

  it('stands every optional property missing or null', async () => {
    const id = create();
    sandbox.control.patch({ provider: sandboxName, id, unset: provider.optional });
    expect(await read(id)).toMatchObject({ providerId: id, status: 'UNKNOWN', createdAt: null, isExpired: false });
    const nulls = Object.fromEntries(provider.optional.map((property) => [property, null]));
    sandbox.control.patch({ provider: sandboxName, id, set: nulls });
    expect(await read(id)).toMatchObject({ providerId: id, status: 'UNKNOWN', createdAt: null, metadata: [] });
  });

  it('shows what cannot be what its property says as null, and logs its path once', async () => {
    const id = create();
    sandbox.control.patch({
      provider: sandboxName,
      id,
      set: { created_at: 'soon', expires_at: { no: 'time' }, [statusProperty]: ['x'] },
    });
    const logged = gateway.log.length;
    expect(await read(id)).toMatchObject({ createdAt: null, expiresAt: null, status: 'UNKNOWN' });
    expect(await read(id)).toMatchObject({ createdAt: null });
    const lines = gateway.log.slice(logged).filter((line) => line.includes('"created_at"'));
    expect(lines).toHaveLength(1);
    expect(lines[0]).not.toContain('soon');
  });

  it.each(provider.wrongEnvelopes.map((body) => ({ body })))(
    'takes the answer $body for a bad response',
    async ({ body }) => {
      fault({ kind: 'body', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } });
      const answer = await ask(create());
      expect(answer.data.session).toBeNull();
      expect(answer.errors).toMatchObject([
        { path: ['session'], extensions: { code: 'UPSTREAM_BAD_RESPONSE', provider: name, retryable: false } },
      ]);
    },
  );

  it("does not show somebody else's session", async () => {
    const [id, other] = [create(), create()];
    const path = `${id}$`;
    const stranger = JSON.stringify(sandbox.control.session({ provider: sandboxName, id: other })).replaceAll(
      id,
      other,
    );
    const body = provider.envelope(stranger);
    fault({ kind: 'body', body, match: { path }, headers: { 'content-type': 'application/json' } });
    expect((await ask(id)).errors).toMatchObject([{ extensions: { code: 'UPSTREAM_BAD_RESPONSE' } }]);
  });

  it.each([
    ['status', 401, 'UPSTREAM_AUTH_FAILED', 1],
    ['status', 403, 'UPSTREAM_AUTH_FAILED', 1],
    ['status', 429, 'UPSTREAM_RATE_LIMITED', 2],
    ['status', 500, 'UPSTREAM_ERROR', 2],
    ['status', 503, 'UPSTREAM_UNAVAILABLE', 2],
    ['status', 302, 'UPSTREAM_BAD_RESPONSE', 1],
    ['status', 400, 'UPSTREAM_ERROR', 1],
    ['reset', undefined, 'UPSTREAM_ERROR', 2],
    ['truncate', undefined, 'UPSTREAM_BAD_RESPONSE', 2],
  ] as const)('meets a %s %s with %s after %i call(s)', async (kind, status, code, calls) => {
    fault({ kind, ...(status && { status }) });
    const answer = await ask(create());
    expect(answer.errors).toMatchObject([{ path: ['session'], extensions: { code, provider: name } }]);
    expect(callsOf().filter(({ method }) => method === 'GET')).toHaveLength(calls);
  });

  it('gets over one failure by itself', async () => {
    const id = create();
    fault({ kind: 'status', status: 503, times: 1 });
    expect(await read(id)).toMatchObject({ providerId: id });
    expect(callsOf().filter(({ path }) => path.endsWith(id))).toHaveLength(2);
  });

  it('deletes where it can, and elsewhere says that it cannot without a call', async () => {
    const { id } = await read(create());
    const before = callsOf().length;
    // A gateway remembers what it has deleted, and after a reset the sandbox gives the same id again.
    const other = await startTestGateway({ providers: sandbox.addresses });
    const { data } = await other.ask<{
      deleteCheckoutSession: { deletedId: string | null; userErrors: { code: string; field: string[] }[] };
    }>('mutation ($id: ID!) { deleteCheckoutSession(input: { id: $id }) { deletedId userErrors { code field } } }', {
      id,
    });
    await other.stop();
    if (provider.deletes) {
      expect(data.deleteCheckoutSession).toEqual({ deletedId: id, userErrors: [] });
    } else {
      expect(data.deleteCheckoutSession).toEqual({
        deletedId: null,
        userErrors: [{ code: 'UNSUPPORTED_OPERATION', field: ['input', 'id'] }],
      });
      expect(callsOf()).toHaveLength(before);
    }
  });
});
