import { expect, test } from 'vitest';
import { badUserInput } from '../../src/checkout/errors.ts';
import { type PublicError, startTestServer } from './test-server.ts';

const requestId = expect.stringMatching(/^[0-9a-f-]{36}$/);
const LONG = 'x'.repeat(100_000);
const LITERALS = Array.from({ length: 25 }, (_, n) => `a${n}: even(value: "${'x'.repeat(5000)}")`).join(' ');
const BUG = {
  message: 'Something went wrong inside the gateway.',
  extensions: { code: 'INTERNAL_SERVER_ERROR', retryable: false, requestId },
};

test("the gateway's own error keeps what it says", async () => {
  const { errorsOf, lines } = await startTestServer();
  expect(await errorsOf('{ limited }')).toEqual([
    {
      message: 'Flex takes no more requests now.',
      path: ['limited'],
      locations: [{ line: 1, column: 3 }],
      extensions: { code: 'UPSTREAM_RATE_LIMITED', provider: 'FLEX', retryable: true, retryAfterMs: 1500, requestId },
    },
  ]);
  expect(await errorsOf('{ badInput }')).toMatchObject([{ message: 'Expected an id, got nothing.' }]);
  expect(lines).toEqual([]);
});

test.each([
  ['a syntax error', '{ hello', {}, 'GRAPHQL_PARSE_FAILED'],
  ['a field that is not there', '{ nope }', {}, 'GRAPHQL_VALIDATION_FAILED'],
  ['a literal of the wrong type', '{ even(value: "x") }', {}, 'GRAPHQL_VALIDATION_FAILED'],
  ['a literal that its scalar refuses', '{ even(value: -1) }', {}, 'BAD_USER_INPUT'],
  ['a literal that the gateway refuses', '{ even(value: 3) }', {}, 'BAD_USER_INPUT'],
  ['a variable of the wrong type', 'query($v: Even) { even(value: $v) }', { v: 'x' }, 'BAD_USER_INPUT'],
  ['a variable that its scalar refuses', 'query($v: Even) { even(value: $v) }', { v: -1 }, 'BAD_USER_INPUT'],
  ['a variable that the gateway refuses', 'query($v: Even) { even(value: $v) }', { v: 3 }, 'BAD_USER_INPUT'],
  ['a variable left out', 'query($n: String!) { hello(name: $n) }', {}, 'BAD_USER_INPUT'],
  ['null by a variable', 'query($n: String) { hello(name: $n) }', { n: null }, 'BAD_USER_INPUT'],
  [
    'null by a variable, for a directive at the top',
    'query($on: Boolean = true) { hello @include(if: $on) }',
    { on: null },
    'BAD_USER_INPUT',
  ],
  ['a GraphQLError with a code', '{ coded }', {}, 'BAD_USER_INPUT'],
  ['an operation without a name among two', 'query A { hello } query B { hello }', {}, 'BAD_USER_INPUT'],
  ['nothing to run', 'fragment F on Query { hello }', {}, 'GRAPHQL_VALIDATION_FAILED'],
  ['an empty query', '', {}, 'BAD_USER_INPUT'],
])('%s is the callers mistake', async (_, query, variables, code) => {
  const { errorsOf, lines } = await startTestServer();
  const errors = await errorsOf(query, variables);
  expect(errors.map(({ extensions }) => extensions)).toEqual([{ code, retryable: false, requestId }]);
  expect(lines).toEqual([]);
});

test('values are not repeated whole in messages', async () => {
  const { post } = await startTestServer();
  const query = 'query($values: [Colour]) { colours(values: $values) }';
  // Two units of UTF-16 each, so that one of two neighbouring lengths has its cut within one.
  for (const start of ['', 'x']) {
    const long = start + '🛒'.repeat(1000);
    const response = await post({ query, variables: { values: Array(50).fill(long) } });
    const { errors } = (await response.json()) as { errors: PublicError[] };
    expect(errors).toHaveLength(50);
    for (const { message } of errors) {
      expect(message).toMatch(
        /^Variable "\$values" got invalid value "x?🛒.*🛒…🛒.*" does not exist in "Colour" enum\.$/u,
      );
      expect(message.length).toBeLessThanOrEqual(501);
      expect(message.isWellFormed()).toBe(true);
    }
  }
});

test.each([
  ['variables', { query: 'query($v: Even) { even(value: $v) }', variables: { v: { a: LONG } } }],
  ['literals', { query: `{ even(value: "${LONG}") ${LITERALS} }` }],
  ['the name of the operation', { query: '{ hello }', operationName: LONG }],
  ['a syntax error', { query: `{ hello(name: "${LONG}" }` }],
  ['a syntax error by a name', { query: `query A ${LONG} { hello }` }],
])('an answer to what is wrong is not long: %s', async (_, body) => {
  const { post, lines } = await startTestServer();
  const response = await post(body);
  expect(response.status).toBe(400);
  expect((await response.text()).length).toBeLessThan(64 * 1024);
  expect(lines).toEqual([]);
});

test('too many wrong variables are the callers mistake, each of those that are told', async () => {
  const { post, lines, errorsOf } = await startTestServer();
  const query = 'query($values: [Colour]) { colours(values: $values) }';
  const values = Array(60).fill('x');
  const errors = await errorsOf(query, { values });
  expect(errors).toHaveLength(51);
  expect(errors.at(-1)?.message).toMatch(/^Too many errors processing variables/);
  expect(new Set(errors.map(({ extensions }) => extensions.code))).toEqual(new Set(['BAD_USER_INPUT']));
  expect((await post({ query, variables: { values } })).status).toBe(400);
  expect(lines).toEqual([]);
});

test.each(['{ hello', '{ nope }', 'query($v: Even) { even(value: $v) }'])('%j is answered with 400', async (query) => {
  const { post } = await startTestServer();
  expect((await post({ query, variables: { v: 'x' } })).status).toBe(400);
});

test.each(['bug', 'impostor', 'notNull'])('a bug shows nothing of itself: %s', async (field) => {
  const { errorsOf, lines } = await startTestServer();
  const errors = await errorsOf(`{ ${field} }`);
  expect(errors).toEqual([{ ...BUG, path: [field], locations: [{ line: 1, column: 3 }] }]);
  const logged = lines.map((line) => JSON.parse(line));
  expect(logged).toEqual([
    expect.objectContaining({
      level: 50,
      requestId: errors[0]?.extensions.requestId,
      path: field,
      stack: expect.stringContaining('\n    at '),
    }),
  ]);
});

test('one error under many fields is logged once', async () => {
  const { errorsOf, lines } = await startTestServer();
  expect(await errorsOf('{ twins }')).toHaveLength(2);
  expect(lines).toHaveLength(1);
});

test('a context that cannot be made because of a bug', async () => {
  const { post, lines } = await startTestServer({
    createContext() {
      throw new Error('sk_live_1');
    },
  });
  const response = await post({ query: '{ hello }' });
  expect(response.status).toBe(500);
  expect(await response.json()).toEqual({ errors: [BUG] });
  expect(lines).toHaveLength(1);
});

test('a context that cannot be made because of the caller', async () => {
  const { post, lines } = await startTestServer({
    createContext() {
      throw badUserInput('Expected a header, got none.');
    },
  });
  const response = await post({ query: '{ hello }' });
  expect(await response.json()).toEqual({
    errors: [
      { message: 'Expected a header, got none.', extensions: { code: 'BAD_USER_INPUT', retryable: false, requestId } },
    ],
  });
  expect(lines).toEqual([]);
});

test('a document nested without end is no crash', async () => {
  const { errorsOf } = await startTestServer();
  const deep = '{a'.repeat(60_000);
  expect(await errorsOf(deep)).toMatchObject([
    {
      message: 'Expected a document of at most 2000 tokens, got at least 22000.',
      extensions: { code: 'QUERY_TOO_COMPLEX', limit: 'tokens', allowed: 2000, got: 22_000, requestId },
    },
  ]);
  // As deep as those tokens go.
  expect(await errorsOf(`${'{a'.repeat(666)}${'}'.repeat(666)}`)).toMatchObject([
    {
      message: 'Expected fields nested at most 12 deep, got 666.',
      extensions: { code: 'QUERY_TOO_COMPLEX', limit: 'depth', allowed: 12, got: 666, requestId },
    },
  ]);
  expect(await errorsOf('{ hello }')).toEqual([]);
  const unlimited = await startTestServer({ queryLimits: { tokens: 1_000_000 } });
  expect(await unlimited.errorsOf(deep)).toMatchObject([
    { message: 'The document is nested too deeply.', extensions: { code: 'GRAPHQL_PARSE_FAILED', requestId } },
  ]);
  expect(await unlimited.errorsOf('{ hello }')).toEqual([]);
});

const lists = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`;
const objects = (levels: number) => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;

test.each([
  ['variables', `{"query":"query($v: Even) { even(value: $v) }","variables":{"v":${lists(100_000)}}}`],
  ['variables', `{"query":"query($v: Even) { even(value: $v) }","variables":${objects(40_000)}}`],
  ['variables that nobody uses', `{"query":"{ hello }","variables":{"v":${lists(199)}}}`],
  ['extensions', `{"query":"{ hello }","extensions":{"x":${lists(100_000)}}}`],
  ['a hash', `{"query":"{ hello }","extensions":{"persistedQuery":{"version":1,"sha256Hash":${objects(40_000)}}}}`],
  ['the name of the operation', `{"query":"{ hello }","operationName":${lists(100_000)}}`],
  ['the query', `{"query":${lists(100_000)}}`],
  ['all of it', objects(40_000)],
])('JSON nested without end is turned away: %s', async (_, body) => {
  const { post, lines } = await startTestServer();
  const response = await post(body);
  expect(response.status).toBe(400);
  expect(await response.json()).toEqual({
    errors: [
      {
        message: 'The body may be nested 200 levels deep at most, and it goes deeper.',
        extensions: { code: 'BAD_USER_INPUT', retryable: false, requestId },
      },
    ],
  });
  expect(lines).toEqual([]);
});

test('JSON may be nested 200 levels deep', async () => {
  const { post } = await startTestServer();
  const response = await post(`{"query":"{ hello }","variables":{"v":${lists(198)}}}`);
  expect(await response.json()).toEqual({ data: { hello: 'hello world' } });
});

test('names of the schema are suggested only where introspection is on', async () => {
  const open = await startTestServer();
  const closed = await startTestServer({ introspection: false });
  const guess = 'query($c: Colour) { colour(value: $c) }';
  expect((await open.errorsOf('{ helo }'))[0]?.message).toMatch(/Did you mean "hello"\?/);
  expect((await open.errorsOf(guess, { c: 'RDE' }))[0]?.message).toMatch(/Did you mean/);
  expect((await closed.errorsOf('{ helo }'))[0]?.message).toBe('Cannot query field "helo" on type "Query".');
  expect((await closed.errorsOf(guess, { c: 'RDE' }))[0]?.message).toMatch(/does not exist in "Colour" enum\.$/);
});

test('without introspection the schema cannot be asked for', async () => {
  const closed = await startTestServer({ introspection: false });
  const open = await startTestServer({ production: true });
  const query = '{ __schema { queryType { name } } }';
  expect(await closed.errorsOf(query)).toMatchObject([{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }]);
  expect(await open.errorsOf(query)).toEqual([]);
});

test('errors are counted by code, each once', async () => {
  const { errorsOf, url, metrics } = await startTestServer();
  await errorsOf('{ bug limited }');
  await errorsOf('{ nope }');
  await fetch(`${url}/graphql?query={hello}`, { headers: { cookie: 'a=b' } });
  const { text } = await metrics.render();
  expect(
    text
      .split('\n')
      .filter((line) => line.startsWith('checkout_gateway_graphql_errors_total'))
      .sort(),
  ).toEqual([
    'checkout_gateway_graphql_errors_total{code="BAD_USER_INPUT"} 1',
    'checkout_gateway_graphql_errors_total{code="GRAPHQL_VALIDATION_FAILED"} 1',
    'checkout_gateway_graphql_errors_total{code="INTERNAL_SERVER_ERROR"} 1',
    'checkout_gateway_graphql_errors_total{code="UPSTREAM_RATE_LIMITED"} 1',
  ]);
});
