import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadTypeDefs } from '../../schema/load.ts';
import { type KnownSessions, startWithKnownSessions } from './known-sessions.ts';
import { type Compilation, compileWithRelay } from './relay-compiler.ts';
import { RELAY_MODULES } from './relay-modules.ts';

const WRITTEN = loadTypeDefs().join('\n');
const PRINTED = readFileSync(new URL('../../docs/schema.graphql', import.meta.url), 'utf8');

describe.each([
  ['as it is written', WRITTEN],
  ['as it is printed for clients', PRINTED],
])('relay-compiler, given the schema %s', (_, schema) => {
  let compilation: Compilation;
  beforeAll(async () => {
    compilation = await compileWithRelay(schema, RELAY_MODULES);
  });
  afterAll(() => compilation.remove());

  it('compiles the components of an app', () => {
    expect(compilation).toMatchObject({ exitCode: 0, output: expect.not.stringMatching(/error|warn/i) });
    expect(compilation.artifacts).toEqual([
      'OldestSessionsPaginationQuery',
      'OldestSessions_query',
      'SessionCardRefetchQuery',
      'SessionCard_session',
      'SessionListPaginationQuery',
      'SessionListQuery',
      'SessionList_query',
    ]);
  });

  it.each([
    ['SessionList_query', 'forward', 'SessionListPaginationQuery'],
    ['OldestSessions_query', 'backward', 'OldestSessionsPaginationQuery'],
  ])('knows how %s is loaded further %s', (name, direction, query) => {
    const { connection, refetch } = compilation.fragment(name).metadata;
    const way = { count: 'count', cursor: 'cursor' };
    expect(connection).toEqual([{ ...way, direction, path: ['checkoutSessions'] }]);
    expect(refetch?.connection).toEqual({
      forward: null,
      backward: null,
      path: ['checkoutSessions'],
      [direction]: way,
    });
    expect(refetch?.operation.params).toMatchObject({ name: query, operationKind: 'query' });
  });

  it('asks for what a connection needs, though no component said so', () => {
    const forward = compilation.operation('SessionListPaginationQuery').params.text;
    expect(forward).toMatch(/ cursor\b[^}]*}\s+sources \{[^}]*}\s+pageInfo \{\s+endCursor\s+hasNextPage\s+}/);
    const backward = compilation.operation('OldestSessionsPaginationQuery').params.text;
    expect(backward).toMatch(/ cursor\s+}\s+pageInfo \{\s+hasPreviousPage\s+startCursor\s+}/);
  });

  it('reads one session again by its id', () => {
    const { refetch } = compilation.fragment('SessionCard_session').metadata;
    expect(refetch).toMatchObject({
      fragmentPathInResult: ['node'],
      identifierInfo: { identifierField: 'id', identifierQueryVariableName: 'id' },
    });
    expect(refetch?.operation.params.text).toMatch(/\(\s*\$id: ID!\s*\) \{\s+node\(id: \$id\) \{/);
  });
});

describe('relay-compiler refuses a schema', () => {
  it.each([
    ['whose PageInfo has no endCursor', /^ {2}endCursor: String$/m, '', /pageInfo \{ endCursor \}/],
    ['whose PageInfo has no hasPreviousPage', /^ {2}hasPreviousPage: Boolean!$/m, '', /pageInfo \{ hasPreviousPage \}/],
    ['whose edges have no cursor', /^ {2}cursor: String!$/m, '', /edges \{ cursor \}/],
    [
      'whose edges are no list',
      /^ {2}edges: .*$/m,
      '  edges: CheckoutSessionEdge',
      /'edges' field that returns a list/,
    ],
    ['whose list has no argument before', /^ {4}before: String$/m, '    until: String', /Unknown argument 'before'/],
    ['whose sessions are no Node', 'type CheckoutSession implements Node', 'type CheckoutSession', /@refetchable/],
  ])('%s', async (_, found, replacement, complaint) => {
    // A field that goes takes its description along.
    const broken = WRITTEN.replace(found, replacement || '  unused: Int');
    expect(broken).not.toBe(WRITTEN);
    const compilation = await compileWithRelay(broken, RELAY_MODULES);
    compilation.remove();
    expect(compilation.exitCode).not.toBe(0);
    expect(compilation.output).toMatch(complaint);
    expect(compilation.artifacts).toEqual([]);
  });
});

describe('the gateway, asked by operations that relay-compiler made', () => {
  type List = {
    checkoutSessions: {
      edges: { cursor: string; node: { id: string } }[];
      pageInfo: { hasNextPage: boolean; endCursor: string; hasPreviousPage: boolean; startCursor: string };
    };
  };
  const FILTER = { statuses: ['COMPLETED', 'CANCELED'] };
  let known: KnownSessions;
  let compilation: Compilation;
  beforeAll(async () => {
    known = await startWithKnownSessions(30);
    compilation = await compileWithRelay(PRINTED, RELAY_MODULES);
  });
  afterAll(async () => {
    compilation.remove();
    await known.stop();
  });

  async function ask<Data>(name: string, variables: Record<string, unknown>): Promise<Data> {
    const { data, errors } = await known.gateway.ask<Data>(compilation.operation(name).params.text, variables);
    expect(errors).toBeUndefined();
    return data;
  }

  it('gives the whole list forward', async () => {
    const ids: string[] = [];
    let { checkoutSessions: page } = await ask<List>('SessionListQuery', { filter: FILTER });
    for (;;) {
      ids.push(...page.edges.map(({ node }) => node.id));
      if (!page.pageInfo.hasNextPage) break;
      const variables = { count: 7, cursor: page.pageInfo.endCursor, filter: FILTER };
      ({ checkoutSessions: page } = await ask<List>('SessionListPaginationQuery', variables));
    }
    expect(ids).toEqual(known.sessions.filter(({ status }) => FILTER.statuses.includes(status)).map(({ id }) => id));
  });

  it('gives the whole list backward', async () => {
    const ids: string[] = [];
    for (let cursor: string | null = null; ; ) {
      const { checkoutSessions: page }: List = await ask('OldestSessionsPaginationQuery', { count: 11, cursor });
      ids.unshift(...page.edges.map(({ node }) => node.id));
      if (!page.pageInfo.hasPreviousPage) break;
      cursor = page.pageInfo.startCursor;
    }
    expect(ids).toEqual(known.sessions.map(({ id }) => id));
  });

  it.each(['FLEX', 'FLEXPRICE', 'METEROID'])('gives a session of %s again', async (provider) => {
    const session = known.sessions.find((one) => one.provider === provider);
    const { node } = await ask<{ node: unknown }>('SessionCardRefetchQuery', { id: session?.id });
    expect(node).toMatchObject({ __typename: 'CheckoutSession', ...session });
  });
});
