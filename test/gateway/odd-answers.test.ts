import { afterEach, describe, expect, it } from 'vitest';
import { startTestGateway, type TestGateway } from '../helpers/gateway.ts';
import { type JsonServer, type Reply, startJsonServer } from '../helpers/json-server.ts';

// What attackers of an earlier version got through with.
let stub: JsonServer | undefined;
let gateway: TestGateway | undefined;
afterEach(async () => {
  await gateway?.stop();
  await stub?.stop();
});

async function start(reply: (path: string) => Reply): Promise<TestGateway> {
  stub = await startJsonServer(({ path }) => reply(path));
  const provider = { baseUrl: stub.url, apiKey: 'some-key' };
  gateway = await startTestGateway({ providers: { FLEXPRICE: provider, METEROID: provider, FLEX: provider } });
  return gateway;
}

const deep = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`;
const flex = (properties: string) => ({
  body: `{"checkout_session":{"checkout_session_id":"fcs_1","status":"open",${properties}}}`,
});
const ASK_FLEX =
  '{ s: checkoutSessionByProviderId(provider: FLEX, providerId: "fcs_1") { status metadata { key value } details { ... on FlexCheckoutDetails { customText } } } m: providers { provider } }';

describe('answers that nobody expects', () => {
  it.each([
    ['a free-form property', `"custom_text":${deep(100_000)}`],
    ['metadata', `"metadata":{"a":${deep(6000)}}`],
    ['a property that is not known, beside one that is odd', `"unknown":${deep(20_000)},"created_at":"soon"`],
  ])('nested without end in %s cost at most that session', async (_, properties) => {
    const { ask } = await start(() => flex(properties));
    const { data, errors } = await ask<{ s: unknown; m: unknown[] }>(ASK_FLEX);
    expect(data.m).toHaveLength(3);
    for (const { extensions } of errors ?? []) expect(extensions.code).toBe('UPSTREAM_BAD_RESPONSE');
    if (!errors) expect(data.s).toMatchObject({ status: 'OPEN', metadata: [], details: { customText: null } });
  });

  it('with a private-use character a million times in metadata do not hold the process up', async () => {
    const { ask } = await start(() => flex(`"metadata":{"n":1,"x":"${'\ue000'.repeat(1_000_000)}"}`));
    const { data } = await ask<{ s: { metadata: { key: string; value: string }[] } }>(ASK_FLEX);
    expect(data.s.metadata.map(({ key, value }) => [key, value.length])).toEqual([
      ['n', 1],
      ['x', 1_000_000],
    ]);
  });

  it('with a whole number beyond 32 bits show it as null', async () => {
    const { ask } = await start(() => ({
      body: { session: { id: 'che_1', status: 'CREATED', trial_duration_days: 3_000_000_000, net_terms: 30 } },
    }));
    const { data, errors } = await ask(
      '{ s: checkoutSessionByProviderId(provider: METEROID, providerId: "che_1") { details { ... on MeteroidCheckoutDetails { trialDurationDays netTerms } } } }',
    );
    expect(errors).toBeUndefined();
    expect(data).toEqual({ s: { details: { trialDurationDays: null, netTerms: 30 } } });
  });

  it.each(['x'.repeat(94), 'a\tb', '', '..'])(
    'with an id that no session can have fail their own source only: %j',
    async (id) => {
      const { ask } = await start((path) =>
        path.startsWith('/api')
          ? { body: { sessions: [{ id, status: 'CREATED' }] } }
          : { body: { checkout_sessions: [{ checkout_session_id: 'fcs_1', status: 'open' }] } },
      );
      const { data, errors } = await ask(
        '{ checkoutSessions { nodes { providerId } sources { provider state code } } }',
      );
      expect(errors).toBeUndefined();
      expect(data).toEqual({
        checkoutSessions: {
          nodes: [{ providerId: 'fcs_1' }],
          sources: [
            { provider: 'FLEX', state: 'OK', code: null },
            { provider: 'FLEXPRICE', state: 'OK', code: null },
            { provider: 'METEROID', state: 'FAILED', code: 'UPSTREAM_BAD_RESPONSE' },
          ],
        },
      });
    },
  );

  it('for one Flexprice session do not hold up the list of the others', async () => {
    const ids = Array.from({ length: 12 }, (_, index) => `cs_${String(index).padStart(2, '0')}`);
    let isBad = false;
    const { ask } = await start((path) => {
      const id = ids.find((one) => path.endsWith(one));
      if (!id) return { body: path.startsWith('/api') ? { sessions: [] } : { checkout_sessions: [] } };
      return isBad && id === 'cs_07'
        ? { status: 400, body: { code: 'validation_error' } }
        : { body: { id, checkout_status: 'completed', created_at: `2026-11-01T12:00:${id.slice(3)}Z` } };
    });
    await ask(
      `{ ${ids.map((id) => `${id}: checkoutSessionByProviderId(provider: FLEXPRICE, providerId: "${id}") { id }`).join(' ')} }`,
    );
    isBad = true;
    const { data, errors } = await ask<{ checkoutSessions: { nodes: { providerId: string }[] } }>(
      '{ checkoutSessions { nodes { providerId } } }',
    );
    expect(errors).toBeUndefined();
    expect(data.checkoutSessions.nodes.map(({ providerId }) => providerId)).toEqual(
      ids.filter((id) => id !== 'cs_07').reverse(),
    );
  });
});

describe('requests that ask too much', () => {
  const sessions = () => ({ body: { checkout_sessions: [], sessions: [] } });

  it('are refused by their length and by their ids', async () => {
    const { ask } = await start(sessions);
    const long = await ask(
      `{ ${Array.from({ length: 1500 }, (_, index) => `a${index}: providers { provider }`).join(' ')} }`,
    );
    expect(long.errors).toMatchObject([
      {
        message: 'Expected a document of at most 2000 tokens, got 9002.',
        extensions: { code: 'QUERY_TOO_COMPLEX', limit: 'tokens', allowed: 2000, got: 9002, retryable: false },
      },
    ]);
    expect(stub?.requests).toEqual([]);
    const id = Buffer.from('1f:x').toString('base64url');
    const many = await ask('query ($ids: [ID!]!) { a: nodes(ids: $ids) { id } b: providers { provider } }', {
      ids: Array(251).fill(id),
    });
    expect(many.errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
    const split = await ask('query ($ids: [ID!]!) { a: nodes(ids: $ids) { id } b: nodes(ids: $ids) { id } }', {
      ids: Array(126).fill(id),
    });
    expect(split.errors?.filter(({ path }) => path?.[0] === 'b')).toMatchObject([
      { path: ['b'], extensions: { code: 'BAD_USER_INPUT' } },
    ]);
    expect((await ask('subscription { x }')).errors).toMatchObject([
      { extensions: { code: expect.stringMatching(/BAD_USER_INPUT|GRAPHQL_VALIDATION_FAILED/) } },
    ]);
  });

  it('for the same list many times are one call', async () => {
    const { ask } = await start(sessions);
    const fields = Array.from(
      { length: 30 },
      (_, index) => `a${index}: checkoutSessions(first: 5) { totalCount pageInfo { hasNextPage } }`,
    );
    expect((await ask(`{ ${fields.join(' ')} }`)).errors).toBeUndefined();
    const paths = stub?.requests.map(({ path, query }) => `${path}?${query}`) ?? [];
    expect(new Set(paths).size).toBe(paths.length);
  });
});

describe('a source that fails while an offset is skipped', () => {
  it('is FAILED on that page, keeps its place, and the next page begins with its sessions', async () => {
    const page = (query: URLSearchParams) => {
      const at = Number(query.get('starting_after')?.slice(4) ?? -1) + 1;
      return Array.from({ length: 200 }, (_, index) => ({
        checkout_session_id: `fcs_${index}`,
        status: 'open',
        created_at: 1_790_000_000 - index,
      })).slice(at, at + Number(query.get('limit')));
    };
    const meteroid = Array.from({ length: 200 }, (_, index) => ({
      id: `che_${index}`,
      status: 'CREATED',
      created_at: new Date((1_790_000_000 - index) * 1000 - 500).toISOString(),
    }));
    let failures = 0;
    stub = await startJsonServer(({ path, query }) => {
      if (path.startsWith('/api')) return { body: { sessions: meteroid } };
      if (failures-- > 0) return { status: 400, body: { error: { message: 'no' } } };
      return { body: { checkout_sessions: page(query) } };
    });
    const provider = { baseUrl: stub.url, apiKey: 'some-key' };
    gateway = await startTestGateway({ providers: { METEROID: provider, FLEX: provider } });
    const query =
      'query ($offset: Int, $after: String) { checkoutSessions(first: 3, offset: $offset, after: $after) { nodes { providerId } pageInfo { endCursor } sources { provider state } } }';
    type Answer = {
      checkoutSessions: { nodes: { providerId: string }[]; pageInfo: { endCursor: string }; sources: unknown[] };
    };
    failures = 1;
    const failed = (await gateway.ask<Answer>(query, { offset: 100 })).data.checkoutSessions;
    expect(failed.sources).toEqual([
      { provider: 'FLEX', state: 'FAILED' },
      { provider: 'METEROID', state: 'OK' },
    ]);
    expect(failed.nodes.map(({ providerId }) => providerId)).toEqual(['che_100', 'che_101', 'che_102']);
    const next = (await gateway.ask<Answer>(query, { after: failed.pageInfo.endCursor })).data.checkoutSessions;
    expect(next.nodes.map(({ providerId }) => providerId)).toEqual(['fcs_0', 'fcs_1', 'fcs_2']);
    const right = (await gateway.ask<Answer>(query, { offset: 100 })).data.checkoutSessions;
    expect(right.nodes.map(({ providerId }) => providerId)).toEqual(['fcs_50', 'che_50', 'fcs_51']);
  });
});
