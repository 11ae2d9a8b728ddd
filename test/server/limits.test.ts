import { buildClientSchema, getIntrospectionQuery, parse, validate } from 'graphql';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ChosenLimits } from '../../src/server/limits/query-limits.ts';
import { startTestGateway, type TestGateway } from '../helpers/gateway.ts';
import { type JsonServer, startJsonServer } from '../helpers/json-server.ts';
import { bomb, DOCUMENTS, examples, schema, times } from './limits-documents.ts';
import { type PublicError, startTestServer } from './test-server.ts';

let provider: JsonServer;
let gateway: TestGateway;

beforeAll(async () => {
  provider = await startJsonServer(() => ({ status: 404, body: {} }));
  const address = { baseUrl: provider.url, apiKey: 'k' };
  gateway = await startTestGateway({ providers: { FLEX: address, METEROID: address, FLEXPRICE: address } });
});
beforeEach(() => {
  provider.requests.length = 0;
});
afterAll(async () => {
  await gateway.stop();
  await provider.stop();
});

const send = (body: string | Uint8Array<ArrayBuffer>): Promise<Response> =>
  fetch(`${gateway.url}/graphql`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });

/** Turned away as a client's mistake, in JSON, before any provider was asked. */
async function expectTurnedAway(response: Response): Promise<PublicError> {
  expect(response.status).toBeGreaterThanOrEqual(400);
  expect(response.status).toBeLessThan(500);
  expect(response.headers.get('content-type')).toMatch(/^application\/([\w-]+\+)?json/);
  const { errors, ...rest } = (await response.json()) as { errors: PublicError[] };
  expect(rest).toEqual({});
  const requestId = response.headers.get('x-request-id');
  for (const { extensions } of errors) expect(extensions).toMatchObject({ retryable: false, requestId });
  expect(provider.requests).toEqual([]);
  const [error] = errors;
  if (!error) throw new Error('Expected an error.');
  return error;
}

describe('attacks', () => {
  it.each(DOCUMENTS)('%s by POST: %s', async (_, code, limit, query) => {
    const { extensions } = await expectTurnedAway(await send(JSON.stringify({ query })));
    expect([extensions.code, extensions.limit]).toEqual([code, limit]);
  });

  it.each(DOCUMENTS.filter(([, , , query]) => query.length < 8000))('%s by GET: %s', async (_, code, limit, query) => {
    const response = await fetch(`${gateway.url}/graphql?${new URLSearchParams({ query })}`);
    const { extensions } = await expectTurnedAway(response);
    expect([extensions.code, extensions.limit]).toEqual([code, limit]);
  });

  const FIRST = 'query ($first: Int) { checkoutSessions(first: $first) { nodes { id } } }';
  it.each([
    ['1e400 in a variable', JSON.stringify({ query: FIRST, variables: { first: 0 } }).replace(':0}', ':1e400}')],
    ['a million characters in a variable', JSON.stringify({ query: FIRST, variables: { first: 'x'.repeat(1e6) } })],
    ['a million characters in a literal', JSON.stringify({ query: `{ node(id: "${'x'.repeat(1e6)}") { id } }` })],
    ['a million characters in a name', JSON.stringify({ query: `{ ${'x'.repeat(1e6)} }` })],
    ['200,000 characters in a name', JSON.stringify({ query: `{ ${'x'.repeat(200_000)} }` })],
    ['200,000 characters of spaces', JSON.stringify({ query: `{${' '.repeat(200_000)}` })],
    ['200,000 brackets in a variable', `{"query":${JSON.stringify(FIRST)},"variables":{"first":${'['.repeat(2e5)}}}`],
    ['a list of operations', JSON.stringify([{ query: '{ __typename }' }, { query: '{ __typename }' }])],
    ['a list of many operations', `[${times(5000, () => '{"query":"{ __typename }"}').replaceAll(' {"', ',{"')}]`],
    ['broken UTF-8', new Uint8Array([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d])],
    [
      'half of a surrogate pair cut off',
      new Uint8Array([...Buffer.from('{"query":"{ __typename } #'), 0xed, 0xa0, 0x80, 0x22, 0x7d]),
    ],
  ])('%s', async (_, body) => {
    await expectTurnedAway(await send(body));
  });

  const CREATE =
    'mutation ($json: JSON) { createCheckoutSession(input: { idempotencyKey: "k", session: { meteroid: { customerId: "c", planVersionId: "p", metadata: $json } } }) { userErrors { code } } }';
  it.each([
    ['100,000 levels', `${'['.repeat(1e5)}${']'.repeat(1e5)}`],
    ['40,000 levels of objects', `${'{"a":'.repeat(4e4)}1${'}'.repeat(4e4)}`],
    ['5,000 levels', `${'['.repeat(5000)}${']'.repeat(5000)}`],
  ])('JSON of %s for a provider', async (_, json) => {
    const { extensions } = await expectTurnedAway(
      await send(`{"query":${JSON.stringify(CREATE)},"variables":{"json":${json}}}`),
    );
    expect(extensions.code).toBe('BAD_USER_INPUT');
  });

  it.each([
    ['480 levels of objects', `${'{a:'.repeat(480)}1${'}'.repeat(480)}`],
    ['900 levels', `${'['.repeat(900)}${']'.repeat(900)}`],
  ])('a literal of %s for a provider', async (_, literal) => {
    // As deep as tokens allow. It is a field's error: literals are no part of the shape of a document.
    const { data, errors } = await gateway.ask(CREATE.replace('($json: JSON)', '').replace('$json', literal));
    expect(data).toBeNull();
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', retryable: false } }]);
    expect(provider.requests).toEqual([]);
  });

  it('29 pages whose size only the variable tells', async () => {
    const query = `query ($first: Int) { ${times(29, (n) => `l${n}: checkoutSessions(first: $first) { nodes { id } }`)} }`;
    const { message, extensions } = await expectTurnedAway(
      await send(JSON.stringify({ query, variables: { first: 100 } })),
    );
    expect(extensions).toMatchObject({ code: 'QUERY_TOO_COMPLEX', limit: 'cost', allowed: 2000, got: 3075 });
    expect(message).toBe('Expected an operation that costs at most 2000 points, got 3075.');
    const { errors } = await gateway.ask(query, { first: 1 });
    expect(JSON.stringify(errors ?? [])).not.toContain('QUERY_TOO_COMPLEX');
  });

  it('are no bugs to the log, and are counted', async () => {
    const counted = async () => {
      const metrics = await (await fetch(`${gateway.url}/metrics`)).text();
      return Number(/graphql_errors_total\{code="QUERY_TOO_COMPLEX"\} (\d+)/.exec(metrics)?.[1] ?? 0);
    };
    const before = await counted();
    for (const size of [30, 40]) await expectTurnedAway(await send(JSON.stringify({ query: bomb(size) })));
    expect((await counted()) - before).toBe(2);
    expect(gateway.log.join('')).not.toContain('a request met a bug');
  });
});

describe('what is to pass', () => {
  it.each([{}, { descriptions: false }, { specifiedByUrl: true, inputValueDeprecation: true, oneOf: true }])(
    'the query of explorers and code generators, %j',
    async (options) => {
      const { data, errors } = await gateway.ask(getIntrospectionQuery(options));
      expect(errors).toBeUndefined();
      expect(
        buildClientSchema(data as unknown as Parameters<typeof buildClientSchema>[0]).getType('CheckoutSession'),
      ).toBeDefined();
    },
  );

  it.each([...examples.entries()])('the examples of the guides: %i', async (_, query) => {
    const operationName = /(?:query|mutation|subscription) (\w+)/.exec(query)?.[1];
    const response = await send(JSON.stringify({ query, operationName }));
    const { errors = [] } = (await response.json()) as { errors?: PublicError[] };
    expect(errors.filter(({ extensions }) => extensions.code === 'QUERY_TOO_COMPLEX')).toEqual([]);
  });

  it('a page of 100 sessions with their line items', async () => {
    const query =
      '{ checkoutSessions(first: 100) { nodes { details { ... on FlexCheckoutDetails { lineItems { id } } } } } }';
    expect(validate(schema, parse(query))).toEqual([]);
    const { errors } = await gateway.ask(query);
    expect(JSON.stringify(errors ?? [])).not.toContain('QUERY_TOO_COMPLEX');
  });
});

describe('the limits', () => {
  const error = (limit: string, allowed: number, got?: number) => [
    { extensions: { code: 'QUERY_TOO_COMPLEX', limit, allowed, ...(got !== undefined && { got }), retryable: false } },
  ];
  it.each<[ChosenLimits, string, object[]]>([
    [{ tokens: 3 }, '{ hello requestId } # not counted', error('tokens', 3, 4)],
    [{ nameLength: 8 }, '{ requestId }', error('nameLength', 8, 9)],
    [{ depth: 1 }, '{ hello { a } }', error('depth', 1, 2)],
    [{ aliases: 0 }, '{ a: hello }', error('aliases', 0, 1)],
    [{ rootFields: 1 }, '{ hello requestId }', error('rootFields', 1, 2)],
    [{ directives: 0 }, '{ hello @skip(if: false) }', error('directives', 0, 1)],
    [{ cost: 99 }, '{ __schema { queryType { name } } }', error('cost', 99, 101)],
  ])('can be set: %j', async (queryLimits, query, expected) => {
    const { post, errorsOf } = await startTestServer({ queryLimits });
    expect(await errorsOf(query)).toMatchObject(expected);
    expect((await post({ query })).status).toBe(400);
  });

  it.each([
    ['every one', `{ ${'a '.repeat(6000)} }`, 'got 6002.', 6002],
    ['so many over the limit', '{a'.repeat(120_000), 'got at least 22000.', 22_000],
    ['those before what can be none', `{ ${'a '.repeat(3000)} ? ${'a '.repeat(3000)} }`, 'got at least 3001.', 3001],
  ])('tell how many tokens came: %s', async (_, query, said, got) => {
    const { errorsOf } = await startTestServer();
    const [{ message, extensions } = { message: '', extensions: {} }] = await errorsOf(query);
    expect(message).toBe(`Expected a document of at most 2000 tokens, ${said}`);
    expect(extensions).toMatchObject({ code: 'QUERY_TOO_COMPLEX', limit: 'tokens', allowed: 2000, got });
  });

  it('let a name of 100 characters pass', async () => {
    const { post } = await startTestServer();
    const alias = 'A'.repeat(100);
    const response = await post({ query: `{ ${alias}: hello }` });
    expect(await response.json()).toEqual({ data: { [alias]: 'hello world' } });
  });

  it('hold a document that was within them as often as it comes', async () => {
    const { post } = await startTestServer();
    for (const _ of [1, 2, 3]) expect((await post({ query: '{ hello requestId }' })).status).toBe(200);
    for (const _ of [1, 2, 3]) expect((await post({ query: bomb(30) })).status).toBe(400);
  });
});

describe('automatic persisted queries', () => {
  const hashOf = async (text: string) =>
    Buffer.from(await crypto.subtle.digest('SHA-256', Buffer.from(text))).toString('hex');
  const persisted = (sha256Hash: string) => ({ persistedQuery: { version: 1, sha256Hash } });
  const codeOf = async (response: Response) =>
    ((await response.json()) as { errors?: PublicError[] }).errors?.[0]?.extensions.code;

  it('are kept once they have run', async () => {
    const { post } = await startTestServer();
    const query = '{ hello }';
    const extensions = persisted(await hashOf(query));
    expect(await codeOf(await post({ extensions }))).toBe('PERSISTED_QUERY_NOT_FOUND');
    expect(await codeOf(await post({ query, extensions }))).toBeUndefined();
    expect(await (await post({ extensions })).json()).toEqual({ data: { hello: 'hello world' } });
  });

  it('are refused with the hash of another', async () => {
    const { post } = await startTestServer();
    const extensions = persisted(await hashOf('{ requestId }'));
    expect(await codeOf(await post({ query: '{ hello }', extensions }))).toBe('BAD_USER_INPUT');
    expect(await codeOf(await post({ extensions }))).toBe('PERSISTED_QUERY_NOT_FOUND');
  });

  it.each([
    ['before validation', bomb(30)],
    ['by what they cost', `{ ${times(21, (n) => `s${n}: __schema { queryType { name } }`)} }`],
  ])('are not kept when they are over the limits, %s', async (_, query) => {
    const { post } = await startTestServer();
    const extensions = persisted(await hashOf(query));
    expect(await codeOf(await post({ query, extensions }))).toBe('QUERY_TOO_COMPLEX');
    expect(await codeOf(await post({ extensions }))).toBe('PERSISTED_QUERY_NOT_FOUND');
  });

  it('are held to the limits with the variables of each request', async () => {
    const query =
      'query ($first: Int) { a: checkoutSessions(first: $first, offset: 9000, filter: {statuses: [OPEN]}) @include(if: true) { nodes { id } } }';
    const extensions = persisted(await hashOf(query));
    const body = JSON.stringify({ query, extensions, variables: { first: 1 } });
    expect(await codeOf(await send(body))).toBe('QUERY_TOO_COMPLEX');
    expect(await codeOf(await send(JSON.stringify({ extensions })))).toBe('PERSISTED_QUERY_NOT_FOUND');
  });

  it('are not kept with a name that is too long', async () => {
    const query = `{ ${'A'.repeat(101)}: __typename }`;
    const extensions = persisted(await hashOf(query));
    expect(await codeOf(await send(JSON.stringify({ query, extensions })))).toBe('QUERY_TOO_COMPLEX');
    expect(await codeOf(await send(JSON.stringify({ extensions })))).toBe('PERSISTED_QUERY_NOT_FOUND');
  });
});
