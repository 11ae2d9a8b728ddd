import fc from 'fast-check';
import { type GraphQLObjectType, parse, visit } from 'graphql';
import { describe, expect, it } from 'vitest';
import { checkoutPrices } from '../../src/server/limits/prices.ts';
import { DEFAULT_LIMITS } from '../../src/server/limits/query-limits.ts';
import { shapeOf } from '../../src/server/limits/shape.ts';
import { bomb, costIn, dense, EVERYBODYS, examples, pointsOf, schema, times } from './limits-documents.ts';

/** What is asked of a provider, without what fields cost the gateway itself. */
const calls = (text: string, variables?: Record<string, unknown>): number => Math.floor(pointsOf(text, variables));

const LINE_ITEMS = 'details { ... on FlexCheckoutDetails { lineItems { id } } }';
const listOf = (given: string, selected = 'nodes { id }') =>
  `{ checkoutSessions${given && `(${given})`} { ${selected} } }`;

const priced = Object.keys(checkoutPrices(EVERYBODYS));
const rootFields = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()].flatMap((type) =>
  Object.keys(type?.getFields() ?? {}).map((field) => `${type?.name}.${field}`),
);

describe('prices', () => {
  it.each(priced)('%s is a field', (name) => {
    const [type = '', field = ''] = name.split('.');
    const fields = (schema.getType(type) as GraphQLObjectType | undefined)?.getFields();
    expect(fields?.[field] ?? (field.startsWith('__') && type)).toBeTruthy();
  });

  it('are there for all that an operation begins with', () => {
    // What the gateway itself knows.
    expect(rootFields.filter((name) => !priced.includes(name))).toEqual(['Query.providers']);
  });
});

describe('points', () => {
  it.each([
    ['a session', '{ checkoutSession(id: "x") { id } }', 1],
    ['a node', '{ node(id: "x") { id } }', 1],
    ['a session with its line items', `{ checkoutSession(id: "x") { ${LINE_ITEMS} } }`, 2],
    ['three ids', '{ nodes(ids: ["x", "y", "z"]) { id } }', 3],
    ['one id that is no list', '{ nodes(ids: "x") { id } }', 1],
    ['three ids with line items', `{ nodes(ids: ["x", "y", "z"]) { ... on CheckoutSession { ${LINE_ITEMS} } } }`, 6],
    ['a page of 20', listOf(''), 1 + 1 + 21],
    ['a page of 100', listOf('first: 100'), 2 + 1 + 101 + 2],
    ['a page of 10,000, which is refused', listOf('first: 10000'), 2 + 1 + 101 + 2],
    ['a page of none', listOf('first: 0'), 1 + 1 + 1],
    ['the last', listOf('last: 10'), 1 + 15 + 1 + 11],
    ['a page of Flex', listOf('first: 10, filter: {providers: [FLEX]}'), 1],
    ['an offset at Flex', listOf('first: 10, offset: 9000, filter: {providers: FLEX}'), 2],
    ['an offset', listOf('first: 10, offset: 500'), 6 + 1 + 11],
    ['three statuses', listOf('first: 10, filter: {providers: [FLEX], statuses: [OPEN, FAILED, EXPIRED]}'), 3],
    ['a status', listOf('first: 20, filter: {statuses: [OPEN]}'), 1 + 1 + 248],
    ['a payment', listOf('first: 1, filter: {providers: [FLEXPRICE], paymentId: "p"}'), 216],
    ['an offset by status', listOf('first: 1, offset: 90, filter: {providers: [FLEXPRICE], statuses: [OPEN]}'), 306],
    ['a count', listOf('filter: {providers: [FLEX]}', 'totalCount'), 16],
    ['a count of three', listOf('filter: {providers: [FLEX], statuses: [OPEN, FAILED, EXPIRED]}', 'totalCount'), 48],
    ['a change', 'mutation { cancelCheckoutSession(input: {id: "x"}) { userErrors { code } } }', 10],
    [
      'a change that is looked at',
      'mutation { cancelCheckoutSession(input: {id: "x"}) { checkoutSession { id } } }',
      11,
    ],
    ['what became of one', '{ operation(idempotencyKey: "x") { checkoutSession { id } } }', 4],
    ['two sessions to be told of', 'subscription { checkoutSessionChanged(ids: ["x", "y"]) { at } }', 2],
    ['all sessions to be told of', 'subscription { checkoutSessionChanged { at } }', 1],
    ['the providers', '{ providers { health } }', 0],
  ])('of %s', (_, text, expected) => {
    expect(calls(text)).toBe(expected);
  });

  it('multiply what is nested, by each way to the sessions', () => {
    const alone = pointsOf(listOf('first: 100', `nodes { ${LINE_ITEMS} }`));
    expect(alone).toBeGreaterThan(204);
    expect(alone).toBeLessThan(220);
    expect(pointsOf(listOf('first: 100', `edges { node { ${LINE_ITEMS} } }`))).toBeGreaterThan(alone);
    expect(pointsOf(listOf('first: 100', `edges { node { ${LINE_ITEMS} } } nodes { ${LINE_ITEMS} }`))).toBeGreaterThan(
      300,
    );
  });

  it('go by the variables that came, and by their defaults', () => {
    const query = `query ($first: Int = 50, $ids: [ID!]!) { checkoutSessions(first: $first) { nodes { ${LINE_ITEMS} } } nodes(ids: $ids) { id } }`;
    const at = (variables: Record<string, unknown>) => calls(query, { ids: [], ...variables });
    expect(at({ first: 1 })).toBeLessThan(10);
    expect(at({ first: 100 })).toBeGreaterThan(200);
    expect(at({})).toBe(at({ first: 50 }));
    expect(at({ first: null })).toBe(at({ first: 20 }));
    expect(at({ ids: times(300, String).split(' ') }) - at({ ids: ['x'] })).toBe(302);
  });

  it.each([[Number.POSITIVE_INFINITY], ['100'], [{}], [[]], [Number.NaN], [true]])('take %j for the most', (first) => {
    expect(pointsOf('query ($first: Int) { checkoutSessions(first: $first) { nodes { id } } }', { first })).toBe(
      pointsOf(listOf('first: 100')),
    );
  });

  it('leave out what @skip and @include leave out, and count what cannot be told', () => {
    const query = `query ($yes: Boolean, $no: Boolean = false) {
      a: checkoutSession(id: "x") @skip(if: true) { id }
      b: checkoutSession(id: "x") @include(if: false) { id }
      c: checkoutSession(id: "x") @skip(if: $yes) { id }
      d: checkoutSession(id: "x") @include(if: $no) { id }
      ... @include(if: $yes) { e: checkoutSession(id: "x") { id } }
      ...F @skip(if: $no)
    }
    fragment F on Query { f: checkoutSession(id: "x") { id } }`;
    expect(calls(query, { yes: true })).toBe(2);
    expect(calls(query, { yes: false })).toBe(2);
    expect(calls(query, { yes: true, no: true })).toBe(2);
    expect(calls(query)).toBe(3);
  });

  it('know no variables by the names that objects have', () => {
    expect(calls('query ($toString: Int) { checkoutSessions(first: $toString) { nodes { id } } }')).toBe(
      calls(listOf('')),
    );
  });
});

describe('points of a list of a bound caller', () => {
  const customers = (count: number) => times(count, (n) => `{provider: FLEX, id: "f${n}"}`);
  const boundTo = (count: number) => ({
    ...EVERYBODYS,
    customers: Array.from({ length: count }, (_, n) => ({ provider: 'FLEX' as const, id: `f${n}` })),
  });

  it.each([
    ['to no customer', 0, '', 0],
    ['to one of Flex', 1, '', 1],
    ['to ten of Flex', 10, '', 10],
    ['to more than a list may have, which is refused', 30, '', 10],
    ['to four, of two statuses', 4, 'statuses: [OPEN, EXPIRED]', 8],
    ['to four, of whom two are named', 4, `customers: [${customers(2)}]`, 2],
    ['to four, who names more', 4, `customers: [${customers(7)}]`, 4],
    ["to four, who names another provider's", 4, 'customers: {provider: METEROID, id: "m"}', 0],
    ['to four, who asks another provider', 4, 'providers: [METEROID]', 0],
  ])('%s', (_, count, filter, lists) => {
    const points = (selected: string, given = 'first: 10') =>
      Math.floor(pointsOf(listOf(`${given}, filter: {${filter}}`, selected), {}, boundTo(count)));
    expect(points('nodes { id }')).toBe(lists);
    expect(points('totalCount')).toBe(lists * (1 + 15));
    expect(points('nodes { id }', 'last: 10')).toBe(lists * (1 + 15));
    expect(points('nodes { id }', 'first: 10, offset: 500')).toBe(lists * (1 + (lists === 1 ? 1 : 5)));
  });

  it('named twice is asked once', () => {
    const [one] = boundTo(1).customers;
    const twice = { ...EVERYBODYS, customers: one ? [one, one] : [] };
    expect(pointsOf(listOf(''), {}, twice)).toBe(pointsOf(listOf(''), {}, boundTo(1)));
  });
});

describe('points of a list of a provider that is new', () => {
  const kinds = [
    ['PAGED', 1 + 15],
    ['WHOLE', 1],
    ['INDEXED', 11],
  ] as const;

  it.each(kinds)('%s go by how it lists', (kind, expected) => {
    const listed = { ...EVERYBODYS, listings: new Map([...EVERYBODYS.listings, ['ACME', kind] as const]) };
    const ofIt = listOf('last: 10, filter: {providers: [ACME]}');
    expect(Math.floor(pointsOf(ofIt, {}, listed))).toBe(expected);
    const ofAll = listOf('last: 10');
    expect(pointsOf(ofAll, {}, listed) - pointsOf(ofAll)).toBeCloseTo(expected, 6);
  });
});

const selection = fc.letrec<{ fields: string }>((tie) => ({
  fields: fc
    .array(
      fc.oneof(
        { depthSize: 'small' },
        fc.constantFrom('id', 'status', 'availableActions', '...Customer', '...LineItems'),
        fc.constantFrom('customer { email }', LINE_ITEMS),
        tie('fields').map((fields) => `... on CheckoutSession { ${fields} }`),
      ),
      { minLength: 1, maxLength: 4 },
    )
    .map((fields) => fields.join(' ')),
})).fields;

const FRAGMENTS = `fragment Customer on CheckoutSession { customer { email } }
  fragment LineItems on CheckoutSession { ...Customer ${LINE_ITEMS} }`;

describe('in general', () => {
  it('who asks for more pays more', () => {
    fc.assert(
      fc.property(selection, selection, fc.nat(100), fc.nat(100), (some, more, first, further) => {
        const at = (size: number, fields: string) =>
          pointsOf(`${listOf(`first: ${size}`, `nodes { ${fields} }`)} ${FRAGMENTS}`);
        expect(at(first, `${some} ${more}`)).toBeGreaterThanOrEqual(at(first, some));
        const [small, large] = [Math.min(first, further), Math.max(first, further)];
        expect(at(large, some)).toBeGreaterThanOrEqual(at(small, some));
      }),
    );
  });

  it('a fragment costs what its fields cost where it stands', () => {
    fc.assert(
      fc.property(selection, fc.nat(100), fc.integer({ min: 1, max: 5 }), (fields, first, uses) => {
        const list = (text: string) => listOf(`first: ${first}`, `nodes { ${text} }`);
        const spread = `${list(times(uses, () => '...S'))} fragment S on CheckoutSession { ${fields} } ${FRAGMENTS}`;
        const written = `${list(times(uses, () => fields))} ${FRAGMENTS}`;
        expect(pointsOf(spread)).toBeCloseTo(pointsOf(written), 6);
      }),
    );
  });

  it.each([
    ['that double', bomb],
    ['that use all others', dense],
  ])('fragments %s are looked at once', (_, documentOf) => {
    for (const size of [1, 5, 20, 60, 200]) {
      const text = documentOf(Math.min(size, documentOf === dense ? 60 : 200));
      let nodes = 0;
      visit(parse(text), {
        enter() {
          nodes += 1;
        },
      });
      expect(costIn(text).steps).toBeLessThan(nodes);
      expect(shapeOf(parse(text)).steps).toBeLessThan(nodes);
    }
  });

  it('fragments that double without end have a number all the same', () => {
    const tripled = times(700, (n) => `fragment F${n} on Node { ...F${n + 1} ...F${n + 1} ...F${n + 1} }`);
    const text = `{ node(id: "x") { ...F0 } } ${tripled} fragment F700 on Node { id }`;
    expect(pointsOf(text)).toBe(Number.POSITIVE_INFINITY);
    expect(shapeOf(parse(bomb(40))).fields).toBe(2 ** 40 + 1);
  });
});

describe('what is to pass', () => {
  it('is there', () => expect(examples.length).toBeGreaterThan(10));

  it.each([...examples.entries()])('is within the limits: example %i', (_, text) => {
    const { depth, aliases, rootFields, directives } = shapeOf(parse(text));
    const small = { depth: depth * 1.5, aliases: aliases * 2, rootFields: rootFields * 2, directives: directives * 2 };
    for (const [name, got] of Object.entries(small)) {
      expect(got, name).toBeLessThanOrEqual(DEFAULT_LIMITS[name as keyof typeof small]);
    }
    expect(pointsOf(text)).toBeLessThan(DEFAULT_LIMITS.cost / 2);
  });
});
