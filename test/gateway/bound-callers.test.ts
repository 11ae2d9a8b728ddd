import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { globalId, parseGlobalId } from '../../src/checkout/global-id.ts';
import { decodeCursor, encodeCursor } from '../../src/listing/cursor.ts';
import { askForPage, type ListPage, listPage } from '../helpers/list.ts';
import { type BoundWorld, CALLERS, customersOf, openBoundWorld, PROVIDERS, put } from './bound-rig.ts';

let world: BoundWorld;
beforeAll(async () => {
  world = await openBoundWorld();
  // So that there is one behind the first, of each provider that lists.
  put(world.sandbox, 'METEROID', 'cus_ada');
});
afterAll(() => world.close());

const as = (caller: keyof typeof CALLERS) => world.gateway.as(caller);
const idsIn = ({ nodes }: ListPage) => new Set(nodes.map(({ id }) => id));
const calls = () => world.sandbox.control.calls().length;

const BY_ID = `query ($id: ID!, $provider: CheckoutProvider!, $providerId: String!) {
  node(id: $id) { id }
  nodes(ids: [$id, $id]) { id }
  checkoutSession(id: $id) { id details { ... on FlexCheckoutDetails { lineItems { id } } } }
  checkoutSessionByProviderId(provider: $provider, providerId: $providerId) { id status }
}`;
const byId = (caller: keyof typeof CALLERS, id: string) => as(caller).post(BY_ID, { id, ...parseGlobalId(id) });
const NOTHING = { node: null, nodes: [null, null], checkoutSession: null, checkoutSessionByProviderId: null };

describe('a session of another customer', () => {
  it.each(PROVIDERS.map((provider, index) => ({ provider, index })))(
    '$provider: is not there by any id, as one that does not exist',
    async ({ provider, index }) => {
      const own = world.ada[index] ?? '';
      const others = world.bob[index] ?? '';
      expect((await byId('ada', own)).answer).toMatchObject({ data: { node: { id: own }, nodes: [{ id: own }, {}] } });
      expect((await byId('admin', others)).answer).toMatchObject({ data: { node: { id: others } } });
      const hidden = await byId('ada', others);
      const missing = await byId('ada', globalId(provider, 'nothing_like_that'));
      expect(hidden.answer).toEqual({ data: NOTHING });
      expect(missing.answer).toEqual(hidden.answer);
      for (const { headers } of [hidden, missing])
        expect(headers.get('cache-control')).toMatch(/^private, max-age=[01]$/);
      for (const caller of ['nobody', ...(provider === 'FLEX' ? [] : ['flexOnly' as const])] as const)
        expect((await byId(caller, own)).answer).toEqual({ data: NOTHING });
    },
  );

  it('is not there when it has no customer at all', async () => {
    const id = globalId('FLEX', put(world.sandbox, 'FLEX', null));
    expect((await byId('admin', id)).answer).toMatchObject({ data: { node: { id } } });
    expect((await byId('ada', id)).answer).toEqual({ data: NOTHING });
  });

  it('is left out among many, where one whole list is read instead', async () => {
    const own = Array.from({ length: 6 }, () => globalId('METEROID', put(world.sandbox, 'METEROID', 'cus_ada')));
    const others = Array.from({ length: 6 }, () => globalId('METEROID', put(world.sandbox, 'METEROID', 'cus_bob')));
    const ids = own.flatMap((id, index) => [id, others[index] ?? '']);
    const { data } = await as('ada').ask('query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', { ids });
    expect(data.nodes).toEqual(own.flatMap((id) => [{ id }, null]));
  });

  it('shows its line items to nobody else', async () => {
    const id = world.ada[2] ?? '';
    const document = `query ($id: ID!) { node(id: $id) { ... on CheckoutSession { details { ... on FlexCheckoutDetails { lineItems { id } } } } } }`;
    expect((await as('ada').ask(document, { id })).data).toMatchObject({
      node: { details: { lineItems: [{ id: expect.any(String) }] } },
    });
    expect((await as('bob').ask(document, { id })).data).toEqual({ node: null });
  });
});

describe('a list', () => {
  it('holds what its caller may see, counts that, and skips providers that have nothing of it', async () => {
    const page = await listPage(as('bob'), { first: 100 }, 'totalCount');
    expect([...idsIn(page)]).toEqual(expect.arrayContaining(world.bob));
    expect(page.nodes.every(({ customer }) => customer?.id?.endsWith('_bob'))).toBe(true);
    expect(page.totalCount).toBe(page.nodes.length);
    const flexOnly = await listPage(as('flexOnly'), { first: 100 }, 'totalCount');
    expect([idsIn(flexOnly), flexOnly.totalCount]).toEqual([new Set([world.ada[2]]), 1]);
    expect(flexOnly.sources.map(({ provider, state }) => [provider, state])).toEqual([
      ['FLEX', 'OK'],
      ['FLEXPRICE', 'SKIPPED'],
      ['METEROID', 'SKIPPED'],
    ]);
    expect((await listPage(as('admin'), { first: 100 }, 'totalCount')).totalCount).toBeGreaterThan(
      page.nodes.length + 1,
    );
  });

  it.each([
    ['without a filter', undefined],
    ['with a status', { statuses: ['OPEN'] }],
    ['of customers, whoever they are', { customers: ['ada', 'bob'].flatMap(customersOf) }],
    ['by time', { createdWithinDays: 3650 }],
    ['of one provider', { providers: ['METEROID'] }],
    ['with archived ones', { includeArchived: true }],
    ['of statuses that have to be looked for', { statuses: ['UNKNOWN', 'OPEN'] }],
  ])('%s never holds the others, forward, backward and behind an offset', async (_, filter) => {
    for (const variables of [{ first: 100 }, { last: 100 }, { first: 2, offset: 1 }, { first: 1 }]) {
      const { nodes } = await listPage(as('ada'), { ...variables, filter });
      expect(nodes.length).toBeGreaterThan(0);
      expect(nodes.every(({ customer }) => customer?.id?.endsWith('_ada'))).toBe(true);
    }
  });

  it('is empty, without a call, where nothing can be seen', async () => {
    const before = calls();
    for (const [caller, filter] of [
      ['nobody', undefined],
      ['ada', { customers: customersOf('bob') }],
      ['ada', { customers: [{ provider: 'FLEX', id: 'fcus_none' }] }],
    ] as const) {
      const { nodes, totalCount, pageInfo, sources } = await listPage(as(caller), { filter, offset: 3 }, 'totalCount');
      expect([nodes, totalCount]).toEqual([[], 0]);
      expect(pageInfo).toMatchObject({ hasNextPage: false, startCursor: null, endCursor: null });
      expect(new Set(sources.map(({ state }) => state))).toEqual(new Set(['SKIPPED']));
    }
    expect(calls()).toBe(before);
  });

  it('names its own customers when there are too many of them for one list of Flex', async () => {
    const customers = Array.from({ length: 11 }, (_, number) => ({ provider: 'FLEX', id: `fcus_${number}` }) as const);
    const many = await openBoundWorld({ callers: { many: { ...CALLERS.ada, customers } } });
    const { errors } = await askForPage(many.gateway.as('many'), {});
    expect(errors?.[0]).toMatchObject({
      message: expect.stringContaining('Your own customers count'),
      extensions: { code: 'BAD_USER_INPUT' },
    });
    expect(await listPage(many.gateway.as('many'), { filter: { customers: customers.slice(3, 9) } })).toMatchObject({
      nodes: [],
    });
    await many.close();
  });
});

describe('what a list costs', () => {
  const customers = Array.from({ length: 10 }, (_, number) => ({ provider: 'FLEX', id: `fcus_${number}` }) as const);
  const ofFourteen = `{ ${'abcdefghijklmn'.replace(/./g, '$&: checkoutSessions(first: 10) { totalCount nodes { id } } ')} }`;
  let many: BoundWorld;
  beforeAll(async () => {
    many = await openBoundWorld({ callers: { ...CALLERS, many: { ...CALLERS.ada, customers } } });
  });
  afterAll(() => many.close());

  const refusalOf = async (caller: string, query: string) => {
    const { errors } = await many.gateway.as(caller).ask(query);
    return errors?.[0]?.extensions;
  };

  it('is no less than the calls that are made for it', async () => {
    const before = many.sandbox.control.calls({ provider: 'flex' }).length;
    await listPage(many.gateway.as('many'), { first: 10 }, 'totalCount');
    const made = many.sandbox.control.calls({ provider: 'flex' }).length - before;
    expect(made).toBeGreaterThanOrEqual(10);
    const refusal = await refusalOf('many', ofFourteen);
    expect(refusal).toMatchObject({ code: 'QUERY_TOO_COMPLEX', limit: 'cost' });
    expect(Number(refusal?.got) / 14).toBeGreaterThanOrEqual(made);
  });

  it('goes by the customers of who asks, by GET too', async () => {
    const url = `${many.gateway.url}/graphql?${new URLSearchParams({ query: ofFourteen })}`;
    const by = (caller: string) => fetch(url, { headers: { authorization: `Bearer ${caller}` } });
    expect(await (await by('many')).json()).toMatchObject({ errors: [{ extensions: { limit: 'cost' } }] });
    expect(await (await by('flexOnly')).json()).toMatchObject({ data: { a: { totalCount: 1 } } });
    expect(await refusalOf('flexOnly', ofFourteen)).toBeUndefined();
    expect(await refusalOf('nobody', ofFourteen)).toBeUndefined();
  });
});

describe('a cursor', () => {
  it('is good for callers who see the same only', async () => {
    const cursorOf = async (caller: keyof typeof CALLERS) =>
      (await listPage(as(caller), { first: 1 })).pageInfo.endCursor;
    const cursors = { admin: await cursorOf('admin'), ada: await cursorOf('ada'), bob: await cursorOf('bob') };
    for (const [giver, after] of Object.entries(cursors))
      for (const caller of ['admin', 'ada', 'bob', 'flexOnly', 'nobody'] as const) {
        const { errors } = await askForPage(as(caller), { first: 1, after });
        expect([giver, caller, errors?.map(({ extensions }) => extensions.code)]).toEqual([
          giver,
          caller,
          giver === caller ? undefined : ['BAD_USER_INPUT'],
        ]);
      }
    await listPage(as('twin'), { first: 1, after: cursors.bob });
  });

  it('names no session of another, wherever the page ends', async () => {
    const [own, foreign] = [new Set(world.ada.map(keyOf)), new Set<string>()];
    for (const provider of PROVIDERS)
      for (const { id, checkout_session_id } of world.sandbox.control.sessions({ provider: NAME[provider] })) {
        const name = String(checkout_session_id ?? id);
        if (!own.has(name)) foreign.add(name);
      }
    for (const filter of [
      undefined,
      { statuses: ['UNKNOWN', 'OPEN'] },
      { hasDisputes: false },
      { statuses: ['UNKNOWN'] },
    ])
      for (const size of [0, 1, 2, 3])
        for (const variables of [{ first: size }, { last: size }]) {
          const { edges, pageInfo } = await listPage(as('flexOnly'), { ...variables, filter });
          for (const cursor of [...edges.map((edge) => edge.cursor), pageInfo.startCursor, pageInfo.endCursor]) {
            const text = Buffer.from(cursor?.slice(8) ?? '', 'base64url').toString();
            for (const name of foreign) expect(text).not.toContain(name);
          }
        }
  });

  it('that is made up of the id of another tells nothing of it', async () => {
    const { pageInfo } = await listPage(as('ada'), { first: 1, filter: { providers: ['FLEX'] } });
    const filter = JSON.parse(Buffer.from(pageInfo.endCursor?.slice(8) ?? '', 'base64url').toString())[1];
    const [hidden = '', missing] = [keyOf(world.bob[2] ?? ''), 'fcs_nothing_like_that'];
    const forged = (id: string, time: number | null) => {
      const positions = new Map([['FLEX', { last: { id, time, ties: [] }, next: undefined }]]);
      const cursor = encodeCursor({ filter, edge: 'FLEX', positions });
      expect(decodeCursor(cursor, filter).positions.get('FLEX')?.last?.id).toBe(id);
      return cursor;
    };
    for (const time of [null, 0, Date.now() + 1e9]) {
      const ask = async (id: string, place: 'after' | 'before') =>
        JSON.stringify(
          (
            await as('ada').post(
              `query ($after: String, $before: String) { checkoutSessions(filter: { providers: [FLEX] }, after: $after, before: $before) {
                nodes { id } pageInfo { hasNextPage hasPreviousPage } sources { state } } }`,
              { [place]: forged(id, time) },
            )
          ).answer,
        );
      for (const place of ['after', 'before'] as const)
        expect(await ask(hidden, place)).toBe(await ask(missing, place));
    }
  });
});

const NAME = { FLEXPRICE: 'flexprice', METEROID: 'meteroid', FLEX: 'flex' } as const;
const keyOf = (id: string) => parseGlobalId(id).providerId;
