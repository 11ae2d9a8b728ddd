import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { buildSchema, parse, specifiedRules, validate } from 'graphql';
import { createClient } from 'graphql-ws';
import { describe, expect, it, onTestFinished } from 'vitest';
import { loadTypeDefs } from '../../schema/load.ts';
import { costIn } from './limits-documents.ts';
import { startWorld } from './subscriptions-world.ts';
import { type PublicError, startTestServer } from './test-server.ts';

type Operation = { id: string; body: string; name: string; type: string };

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');
const operation = (body: string, type = 'query'): Operation => ({ id: hashOf(body), body, name: 'One', type });
const manifestOf = (...operations: object[]): string =>
  JSON.stringify({ format: 'apollo-persisted-query-manifest', version: 1, operations });

const HELLO = operation('query Hello($name: String!) {\n  hello(name: $name)\n}');
const TOUCH = operation('mutation Touch {\n  touch(name: "a")\n}', 'mutation');
const NAMED = { ...operation('{\n  requestId\n}'), id: 'my-own-id' };
const trustedDocuments = manifestOf(HELLO, TOUCH, NAMED);

const persisted = (sha256Hash: unknown) => ({ persistedQuery: { version: 1, sha256Hash } });

describe('with a manifest', () => {
  it.each<[string, Record<string, unknown>]>([
    ['the id as Apollo Client sends it', { extensions: persisted(HELLO.id) }],
    ['the id as documentId', { documentId: HELLO.id }],
    ['the id as id', { id: HELLO.id }],
    ['the id and other extensions', { documentId: HELLO.id, extensions: { clientLibrary: { name: 'x' } } }],
    ['its text', { query: HELLO.body }],
    ['its text in other spaces, with a comment', { query: `# hi\n${HELLO.body.replace(/\s+/g, ' , ')}` }],
    ['its text and its id', { query: HELLO.body, extensions: persisted(HELLO.id) }],
    ['no text and the id', { query: '', documentId: HELLO.id }],
    ['its operation named', { id: HELLO.id, operationName: 'Hello' }],
  ])('a document runs by %s', async (_, request) => {
    const { post } = await startTestServer({ trustedDocuments });
    const response = await post({ ...request, variables: { name: 'you' } });
    expect(await response.json()).toEqual({ data: { hello: 'hello you' } });
  });

  it.each<[string, Record<string, string>]>([
    ['extensions', { extensions: JSON.stringify(persisted(NAMED.id)) }],
    ['documentId', { documentId: NAMED.id }],
    ['id', { id: NAMED.id }],
    ['its text', { query: '{requestId}' }],
  ])('a document runs by GET with %s', async (_, parameters) => {
    const { url } = await startTestServer({ trustedDocuments });
    const response = await fetch(`${url}/graphql?${new URLSearchParams(parameters)}`);
    expect(await response.json()).toEqual({ data: { requestId: response.headers.get('x-request-id') } });
  });

  it('a mutation runs, but not by GET', async () => {
    const { post, url, touched } = await startTestServer({ trustedDocuments });
    expect((await fetch(`${url}/graphql?id=${TOUCH.id}`)).status).toBe(405);
    expect(touched).toEqual([]);
    await post({ id: TOUCH.id });
    expect(touched).toEqual(['a']);
  });

  const NOT_FOUND = 'PERSISTED_QUERY_NOT_FOUND';
  it.each<[string, unknown, string, RegExp]>([
    ['an unknown id', { extensions: persisted(hashOf('x')) }, NOT_FOUND, /no trusted document/],
    ['an unknown documentId', { documentId: 'x' }, NOT_FOUND, /no trusted document/],
    ['an unknown id', { id: '__proto__' }, NOT_FOUND, /no trusted document/],
    ['another text', { query: '{ hello }' }, 'BAD_USER_INPUT', /only trusted documents/],
    [
      'another text and its own hash',
      { query: '{ hello }', extensions: persisted(hashOf('{ hello }')) },
      'BAD_USER_INPUT',
      /only trusted/,
    ],
    [
      'another text and an id of a document',
      { query: '{ hello }', id: HELLO.id },
      'BAD_USER_INPUT',
      /only trusted documents/,
    ],
    ['one text and the id of another', { query: HELLO.body, id: TOUCH.id }, 'BAD_USER_INPUT', /got another/],
    ['two documents', { query: `${HELLO.body} ${TOUCH.body}` }, 'BAD_USER_INPUT', /only trusted documents/],
    ['a part of one', { query: 'query Hello { __typename }' }, 'BAD_USER_INPUT', /only trusted documents/],
    ['introspection', { query: '{ __schema { queryType { name } } }' }, 'BAD_USER_INPUT', /only trusted documents/],
    ['what is no GraphQL', { query: '{{{' }, 'BAD_USER_INPUT', /only trusted documents/],
    ['what is very long', { query: `{ ${'a '.repeat(50_000)} }` }, 'BAD_USER_INPUT', /only trusted documents/],
    ['what is very deep', { query: '{a'.repeat(100_000) }, 'BAD_USER_INPUT', /only trusted documents/],
    ['nothing', {}, 'BAD_USER_INPUT', /expected the id/],
    ['an id that is no text', { id: { a: 1 } }, 'BAD_USER_INPUT', /expected the id/],
    ['a hash that is no text', { extensions: persisted([HELLO.id]) }, 'BAD_USER_INPUT', /expected the id/],
    ['a query that is no text', { query: { kind: 'Document' } }, 'BAD_USER_INPUT', /expected the id/],
  ])('%s is turned away', async (_, request, code, message) => {
    const { post, touched, lines } = await startTestServer({ trustedDocuments });
    const response = await post(request);
    expect(response.status).toBe(400);
    expect(response.headers.get('content-type')).toMatch(/^application\/json/);
    const requestId = response.headers.get('x-request-id');
    expect(await response.json()).toEqual({
      errors: [{ message: expect.stringMatching(message), extensions: { code, retryable: false, requestId } }],
    });
    expect([...touched, ...lines]).toEqual([]);
  });

  it.each([
    ['?query={hello}', 'BAD_USER_INPUT'],
    ['?id=x', NOT_FOUND],
    [`?extensions=${encodeURIComponent(JSON.stringify(persisted('x')))}`, NOT_FOUND],
    ['?extensions={', 'BAD_USER_INPUT'],
    ['', 'BAD_USER_INPUT'],
  ])('GET %s is turned away', async (search, code) => {
    const { url } = await startTestServer({ trustedDocuments });
    const response = await fetch(`${url}/graphql${search}`);
    expect(response.status).toBe(400);
    expect(((await response.json()) as { errors: PublicError[] }).errors[0]?.extensions.code).toBe(code);
  });

  it('the order of definitions makes no difference', async () => {
    const [one, two] = ['fragment A on Query { hello }', 'fragment B on Query { hello }'];
    const { post } = await startTestServer({
      trustedDocuments: manifestOf(operation(`query Both { ...A ...B } ${one} ${two}`)),
    });
    const response = await post({ query: `${two} ${one} query Both { ...A ...B }` });
    expect(await response.json()).toEqual({ data: { hello: 'hello world' } });
  });

  it('nothing can be added', async () => {
    const { errorsOf, post } = await startTestServer({ trustedDocuments });
    const query = '{ deadline }';
    for (const _ of [1, 2]) await post({ query, extensions: persisted(hashOf(query)) });
    expect(await errorsOf(query)).toHaveLength(1);
    const [error] = ((await (await post({ id: hashOf(query) })).json()) as { errors: PublicError[] }).errors;
    expect(error?.extensions.code).toBe(NOT_FOUND);
  });

  it('its documents are held to the limits, with the variables that come', async () => {
    const deep = operation('query Deep {\n  __type(name: "Query") {\n    name\n  }\n}');
    const { post } = await startTestServer({ trustedDocuments: manifestOf(deep), queryLimits: { cost: 9 } });
    const { errors } = (await (await post({ id: deep.id })).json()) as { errors: PublicError[] };
    expect(errors).toMatchObject([{ extensions: { code: 'QUERY_TOO_COMPLEX', limit: 'cost', allowed: 9, got: 11 } }]);
  });
});

describe('subscriptions with a manifest', () => {
  const events = operation('subscription Events {\n  three {\n    n\n  }\n}', 'subscription');

  async function subscribe(payload: { query: string; extensions?: Record<string, unknown> }) {
    const world = await startWorld({ trustedDocuments: manifestOf(events) });
    const client = createClient({ url: `${world.url.replace('http', 'ws')}/graphql`, retryAttempts: 0 });
    onTestFinished(() => void client.dispose());
    const results: unknown[] = [];
    const ended = Promise.withResolvers<unknown>();
    client.subscribe(payload, {
      next: (result) => results.push(result),
      error: ended.resolve,
      complete: () => ended.resolve('complete'),
    });
    return { end: await ended.promise, results };
  }

  async function overEvents(body: object): Promise<string> {
    const { url } = await startWorld({ trustedDocuments: manifestOf(events) });
    const response = await fetch(`${url}/graphql/stream`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
      body: JSON.stringify(body),
    });
    return response.text();
  }

  it('run by their text', async () => {
    const { end, results } = await subscribe({ query: 'subscription Events{three{n}}' });
    expect([end, results.length]).toEqual(['complete', 3]);
  });

  it('run by their id over a WebSocket', async () => {
    const { end, results } = await subscribe({ query: '', extensions: persisted(events.id) });
    expect([end, results.length]).toEqual(['complete', 3]);
  });

  it('run by their id over event streams', async () => {
    const text = await overEvents({ query: '', extensions: persisted(events.id) });
    expect(text.match(/"three"/g)).toHaveLength(3);
  });

  it.each([
    ['another text', { query: 'subscription { events { n } }' }, 'BAD_USER_INPUT'],
    ['an unknown id', { query: '', extensions: persisted('x') }, 'PERSISTED_QUERY_NOT_FOUND'],
    [
      'another text under a known id',
      { query: 'subscription { events { n } }', extensions: persisted(events.id) },
      'BAD_USER_INPUT',
    ],
    ['neither text nor id', { query: '' }, 'BAD_USER_INPUT'],
  ])('are turned away over a WebSocket with %s', async (_, payload, code) => {
    const { end, results } = await subscribe(payload);
    expect(end).toMatchObject([
      { message: expect.stringContaining('trusted document'), extensions: { code, retryable: false } },
    ]);
    expect(results).toEqual([]);
  });

  it('are turned away over event streams with another text or an unknown id', async () => {
    expect(await overEvents({ query: 'subscription { events { n } }' })).toContain('BAD_USER_INPUT');
    expect(await overEvents({ query: '', extensions: persisted('x') })).toContain('PERSISTED_QUERY_NOT_FOUND');
  });
});

describe('a manifest that cannot be used stops the start', () => {
  it.each([
    ['nothing', '', /TRUSTED_DOCUMENTS: expected a manifest/],
    ['no JSON', '{', /TRUSTED_DOCUMENTS: expected a manifest/],
    ['another form', '{"format":"relay","version":1,"operations":[]}', /expected a manifest/],
    [
      'another version',
      '{"format":"apollo-persisted-query-manifest","version":2,"operations":[]}',
      /expected a manifest/,
    ],
    ['no operations', '{"format":"apollo-persisted-query-manifest","version":1}', /expected a manifest/],
    ['an operation without a body', manifestOf({ ...HELLO, body: '' }), /expected a manifest/],
    ['an operation without an id', manifestOf({ ...HELLO, id: '' }), /expected a manifest/],
    ['an id twice', manifestOf(HELLO, HELLO), /expected each id once/],
    ['a body that is no GraphQL', manifestOf({ ...HELLO, body: '{' }), /in the body of "One"/],
    ['a body that is too long', manifestOf({ ...HELLO, body: `{ ${'a '.repeat(2000)} }` }), /at most 2000 tokens/],
  ])('%s', async (_, text, message) => {
    await expect(startTestServer({ trustedDocuments: text })).rejects.toThrow(message);
  });
});

describe('the manifest of this repository', () => {
  const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
  const manifest: { operations: Operation[] } = JSON.parse(read('docs/trusted-documents.json'));
  const schema = buildSchema(loadTypeDefs().join('\n'));

  it('is taken', async () => {
    const { post } = await startTestServer({ trustedDocuments: read('docs/trusted-documents.json') });
    const { errors } = (await (await post({ query: '{ hello }' })).json()) as { errors: PublicError[] };
    expect(errors[0]?.message).toContain('only trusted documents');
  });

  it.each(manifest.operations)('$name is valid, cheap and has its hash for an id', ({ id, body, name, type }) => {
    expect(validate(schema, parse(body), specifiedRules)).toEqual([]);
    expect(id).toBe(hashOf(body));
    expect(body).toMatch(new RegExp(`^${type} ${name}\\b`));
    expect(costIn(body, { first: 20 }).points).toBeLessThan(50);
  });
});
