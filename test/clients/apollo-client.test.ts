import { setTimeout as nextTimer } from 'node:timers/promises';
import { type DocumentNode, gql, type OperationVariables } from '@apollo/client';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, type MockInstance, vi } from 'vitest';
import { FULL_SESSION } from '../helpers/full-session.ts';
import {
  BOTH_WAYS,
  createClient,
  type Filter,
  FROM_THE_OLDEST,
  type List,
  NEWEST_FIRST,
  possibleTypes,
  type RecordingClient,
} from './apollo.ts';
import { type KnownSession, type KnownSessions, startWithKnownSessions } from './known-sessions.ts';

let known: KnownSessions;
let client: RecordingClient;
let complaints: MockInstance[];

beforeAll(async () => {
  known = await startWithKnownSessions(60);
});
afterAll(() => known.stop());
beforeEach(() => {
  client = createClient(known.gateway.url);
  complaints = (['warn', 'error'] as const).map((method) => vi.spyOn(globalThis.console, method));
});
afterEach(() => {
  client.stop();
  // Apollo Client writes there what it could not merge without losing something.
  const said = complaints.flatMap((spy) => spy.mock.calls);
  vi.restoreAllMocks();
  expect(said).toEqual([]);
});

const FILTERS: [string, Filter | undefined][] = [
  ['of all sessions', undefined],
  ['of some statuses', { statuses: ['OPEN', 'COMPLETED'] }],
  ['of few sessions', { statuses: ['FAILED', 'PROCESSING'] }],
  ['of one provider', { providers: ['FLEXPRICE'] }],
];

const expectedFor = ({ statuses, providers }: Filter = {}): KnownSession[] =>
  known.sessions.filter(
    ({ status, provider }) => (statuses?.includes(status) ?? true) && (providers?.includes(provider) ?? true),
  );
const nodesOf = ({ edges }: List): KnownSession[] => edges.map(({ node }) => node);
const idsOf = (sessions: readonly KnownSession[]): string[] => sessions.map(({ id }) => id);
/** What the list is ordered by. Within it, a provider that is asked for several statuses has no order of its own. */
const placesOf = (sessions: readonly KnownSession[]): string[] =>
  sessions.map(({ createdAt, provider }) => `${createdAt} ${provider}`);

/** A list that a component shows. */
function watch(query: DocumentNode, variables: OperationVariables) {
  const observable = client.watchQuery<{ checkoutSessions: List }>({ query, variables });
  const subscription = observable.subscribe(() => {});
  const shown = (): List => {
    const { data, dataState, error } = observable.getCurrentResult();
    if (dataState !== 'complete') throw error ?? new Error('Expected the list to be there.');
    return data.checkoutSessions;
  };
  return {
    shown,
    first: () => vi.waitFor(shown, { interval: 5 }),
    fetchMore: async (more: OperationVariables) => {
      await observable.fetchMore({ variables: more });
      // What the cache holds then is shown a timer later, and timers of the same length keep their order.
      await nextTimer(0);
      return shown();
    },
    stop: () => subscription.unsubscribe(),
  };
}

/** Scrolls until there is no more. @returns what is shown after each page */
async function walk(query: typeof NEWEST_FIRST, size: number, filter?: Filter): Promise<List[]> {
  const forward = query === NEWEST_FIRST;
  const list = watch(query, { [forward ? 'first' : 'last']: size, filter });
  const shown = [await list.first()];
  for (let at = shown[0]; at && (forward ? at.pageInfo.hasNextPage : at.pageInfo.hasPreviousPage); shown.push(at)) {
    const { edges, pageInfo } = at;
    at = await list.fetchMore(forward ? { after: pageInfo.endCursor } : { before: pageInfo.startCursor });
    // A list that does not grow would be scrolled for ever.
    expect(at.edges.length).toBeGreaterThan(edges.length);
  }
  list.stop();
  return shown;
}

describe.each(FILTERS)('Apollo Client, scrolling through the list %s', (_, filter) => {
  it.each([
    ['newest first', 23],
    ['newest first', 100],
    ['from the oldest', 23],
    ['from the oldest', 100],
  ])('%s by pages of %i', async (from, size) => {
    const forward = from === 'newest first';
    const expected = expectedFor(filter);
    const shown = await walk(forward ? NEWEST_FIRST : FROM_THE_OLDEST, size, filter);
    const all = nodesOf(shown.at(-1) as List);
    expect(placesOf(all)).toEqual(placesOf(expected));
    expect(idsOf(all).sort()).toEqual(idsOf(expected).sort());
    expect(shown).toHaveLength(Math.ceil(expected.length / size));
    expect(client.answers).toHaveLength(shown.length);
    for (const [index, list] of shown.entries()) {
      const count = (index + 1) * size;
      // What was there stays where it was.
      expect(nodesOf(list)).toEqual(forward ? all.slice(0, count) : all.slice(-count));
      expect(list.pageInfo).toEqual({
        __typename: 'PageInfo',
        hasNextPage: forward && count < expected.length,
        hasPreviousPage: !forward && count < expected.length,
        startCursor: list.edges[0]?.cursor,
        endCursor: list.edges.at(-1)?.cursor,
      });
    }
  });

  it('shows the same order from both ends', async () => {
    const down = await walk(NEWEST_FIRST, 100, filter);
    client = createClient(known.gateway.url);
    const up = await walk(FROM_THE_OLDEST, 70, filter);
    expect(nodesOf(up.at(-1) as List)).toEqual(nodesOf(down.at(-1) as List));
  });
});

describe("Apollo Client's cache", () => {
  it('keeps one list a filter, and each session once', async () => {
    const walked = new Map<Filter | undefined, string[]>();
    for (const [, filter] of FILTERS) {
      walked.set(filter, idsOf(nodesOf((await walk(NEWEST_FIRST, 100, filter)).at(-1) as List)));
    }
    expect(walked.get(undefined)).toEqual(idsOf(known.sessions));
    for (const [filter, ids] of walked) {
      expect([...ids].sort()).toEqual(idsOf(expectedFor(filter)).sort());
      const cached = client.readQuery<{ checkoutSessions: List }>({ query: NEWEST_FIRST, variables: { filter } });
      expect(cached && idsOf(nodesOf(cached.checkoutSessions))).toEqual(ids);
    }
    const keys = Object.keys(client.cache.extract() as object).filter((key) => key.startsWith('CheckoutSession:'));
    expect(keys.sort()).toEqual(known.sessions.map(({ id }) => `CheckoutSession:${id}`).sort());
  });

  it('shows nothing twice when a page comes twice', async () => {
    const list = watch(NEWEST_FIRST, { first: 10 });
    const after = (await list.first()).pageInfo.endCursor;
    await Promise.all([list.fetchMore({ after }), list.fetchMore({ after })]);
    expect(idsOf(nodesOf(list.shown()))).toEqual(idsOf(known.sessions.slice(0, 20)));
    list.stop();
  });

  it('goes on from the cursor of any edge', async () => {
    const list = watch(NEWEST_FIRST, { first: 30 });
    const { edges } = await list.first();
    // What the cache has behind the cursor is replaced by the page.
    const shown = await list.fetchMore({ after: edges[11]?.cursor });
    expect(idsOf(nodesOf(shown))).toEqual(idsOf(known.sessions.slice(0, 42)));
    list.stop();
  });

  it('grows at both ends from the middle', async () => {
    const { data } = await client.query<{ checkoutSessions: List }>({ query: NEWEST_FIRST, variables: { first: 30 } });
    client = createClient(known.gateway.url);
    const list = watch(BOTH_WAYS, { first: 10, after: data?.checkoutSessions.pageInfo.endCursor });
    const { startCursor, endCursor } = (await list.first()).pageInfo;
    await list.fetchMore({ first: undefined, after: undefined, last: 10, before: startCursor });
    const shown = await list.fetchMore({ after: endCursor });
    expect(idsOf(nodesOf(shown))).toEqual(idsOf(known.sessions.slice(20, 50)));
    expect(shown).toMatchObject({
      pageInfo: { hasNextPage: true, hasPreviousPage: true },
      totalCount: known.sessions.length,
    });
    list.stop();
  });

  it('gives every field back as the gateway sent it', async () => {
    const query = gql`query { checkoutSessions(first: 100) { edges { cursor node { ...FullSession } } } } ${FULL_SESSION}`;
    const { data } = await client.query({ query });
    expect(data).toEqual(client.answers[0]?.data);
  });

  it.each(['FLEX', 'FLEXPRICE', 'METEROID'])('makes one of a session of %s in the list and by its id', async (name) => {
    const list = watch(NEWEST_FIRST, { first: 100 });
    const before = idsOf(nodesOf(await list.first()));
    const session = known.sessions.find(({ provider }) => provider === name);
    const query = gql`query ($id: ID!) { node(id: $id) { ...FullSession } } ${FULL_SESSION}`;
    const { data } = await client.query<{ node: unknown }>({ query, variables: { id: session?.id } });
    expect(data?.node).toMatchObject({ __typename: 'CheckoutSession', ...session });
    expect(data).toEqual(client.answers.at(-1)?.data);
    expect(idsOf(nodesOf(list.shown()))).toEqual(before);
    expect(client.answers).toHaveLength(2);
    list.stop();
  });

  it('keeps all that was selected of a session', async () => {
    const id = known.sessions.find(({ provider }) => provider === 'FLEX')?.id;
    const select = (selection: string) => {
      const query = `query ($id: ID!) { checkoutSession(id: $id) { id ${selection} } }`;
      return client.query({ query: gql(query), variables: { id } });
    };
    await select('customer { id } amounts { total { decimal } } details { ... on FlexCheckoutDetails { origin } }');
    await select('customer { email } amounts { received { decimal } } details { ... on FlexCheckoutDetails { fees } }');
    const { data } = await select(
      'details { ... on FlexCheckoutDetails { fees origin } } customer { id email } amounts { total { decimal } received { decimal } }',
    );
    expect(data).toMatchObject({ checkoutSession: { customer: { email: expect.stringContaining('@') } } });
    expect(client.answers).toHaveLength(2);
  });

  it('is told what each interface and union can be', () => {
    expect(possibleTypes).toMatchObject({
      Node: ['CheckoutSession'],
      CheckoutSessionDetails: ['FlexpriceCheckoutDetails', 'MeteroidCheckoutDetails', 'FlexCheckoutDetails'],
    });
  });
});
