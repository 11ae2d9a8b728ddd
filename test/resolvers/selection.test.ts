import { makeExecutableSchema } from '@graphql-tools/schema';
import fc from 'fast-check';
import { execute, type GraphQLResolveInfo, parse, validate } from 'graphql';
import { expect, test } from 'vitest';
import { expansionOf, type SessionPath } from '../../resolvers/selection.ts';
import { loadTypeDefs } from '../../schema/load.ts';
import type { Expansion } from '../../src/checkout/provider.ts';
import { randomSelections } from '../schema/random-selections.ts';

const NOTHING = { customer: false, paymentIntent: false };
const CUSTOMER = { customer: true, paymentIntent: false };
const PAYMENT_INTENT = { customer: false, paymentIntent: true };
const BOTH = { customer: true, paymentIntent: true };

type Options = { variables?: Record<string, unknown>; validated?: boolean };

const LIST: readonly SessionPath[] = [['edges', 'node'], ['nodes']];

/** What expansionOf makes of each root field of a document, in the order in which they run. */
async function expansions(source: string, { variables, validated = true }: Options = {}): Promise<Expansion[]> {
  const seen: Expansion[] = [];
  const look =
    (...paths: readonly SessionPath[]) =>
    (_: unknown, __: unknown, ___: unknown, info: GraphQLResolveInfo) => {
      seen.push(expansionOf(info, ...paths));
      return null;
    };
  const schema = makeExecutableSchema({
    typeDefs: loadTypeDefs(),
    resolvers: {
      Query: { node: look(), nodes: look([]), checkoutSession: look([]), checkoutSessions: look(...LIST) },
      Mutation: { deleteCheckoutSession: look(['checkoutSession']) },
    },
  });
  const document = parse(source);
  if (validated) expect(validate(schema, document)).toEqual([]);
  await execute({ schema, document, ...(variables && { variableValues: variables }) });
  return seen;
}

const session = async (selection: string, rest = '', options?: Options) =>
  expansions(`query Q { checkoutSession(id: "x") { ${selection} } } ${rest}`, options);

test.each([
  ['id status', NOTHING],
  ['customer { id }', NOTHING],
  ['customer { id __typename same: id }', NOTHING],
  ['customer { email }', CUSTOMER],
  ['customer { id } buyer: customer { id: email }', CUSTOMER],
  ['customer { id } customer { phone }', CUSTOMER],
  ['who: customer { firstName }', CUSTOMER],
  ['details { ... on FlexCheckoutDetails { origin } }', NOTHING],
  ['details { ... on FlexCheckoutDetails { paymentIntent { id } } }', NOTHING],
  ['details { ... on FlexCheckoutDetails { paymentIntent { id status } } }', PAYMENT_INTENT],
  ['details { ... on FlexCheckoutDetails { intent: paymentIntent { amount { decimal } } } }', PAYMENT_INTENT],
  ['d: details { __typename } details { ... on FlexCheckoutDetails { paymentIntent { status } } }', PAYMENT_INTENT],
  ['customer { lastName } details { ... on FlexCheckoutDetails { paymentIntent { status } } }', BOTH],
  // Fields of the same names elsewhere ask for nothing.
  [
    'amounts { total { decimal } } details { ... on FlexCheckoutDetails { lineItems { id total { decimal } } } }',
    NOTHING,
  ],
])('{ %s }', async (selection, expected) => {
  expect(await session(selection)).toEqual([expected]);
});

test.each([
  ['...A', 'fragment A on CheckoutSession { customer { email } }', CUSTOMER],
  [
    '...A',
    'fragment A on Node { ... on CheckoutSession { ...B } } fragment B on CheckoutSession { customer { ...C } } fragment C on CheckoutCustomer { id email }',
    CUSTOMER,
  ],
  ['...A', 'fragment A on CheckoutSession { customer { ...C } } fragment C on CheckoutCustomer { id }', NOTHING],
  ['... { customer { ... { email } } }', '', CUSTOMER],
  ['... @include(if: true) { customer { email } }', '', CUSTOMER],
  [
    '...A details { ...D }',
    'fragment A on CheckoutSession { details { ...D } } fragment D on FlexCheckoutDetails { paymentIntent { ...P } } fragment P on FlexPaymentIntent { createdAt }',
    PAYMENT_INTENT,
  ],
  // The same fragment left out in one place and wanted in another.
  ['...A @skip(if: true) ... on Node { ...A }', 'fragment A on CheckoutSession { customer { email } }', CUSTOMER],
])('{ %s } %s', async (selection, fragments, expected) => {
  expect(await session(selection, fragments)).toEqual([expected]);
});

test.each([
  ['customer @skip(if: true) { email }', NOTHING],
  ['customer @include(if: false) { email }', NOTHING],
  ['customer @include(if: true) @skip(if: true) { email }', NOTHING],
  ['customer { id email @skip(if: true) }', NOTHING],
  ['customer { email @skip(if: false) @include(if: true) }', CUSTOMER],
  ['... @skip(if: true) { customer { email } }', NOTHING],
  ['... on CheckoutSession @include(if: false) { customer { email } }', NOTHING],
  ['details @skip(if: true) { ... on FlexCheckoutDetails { paymentIntent { status } } }', NOTHING],
])('{ %s }', async (selection, expected) => {
  expect(await session(selection)).toEqual([expected]);
});

test.each([
  [{ yes: true, no: false }, CUSTOMER],
  [{ yes: false, no: false }, NOTHING],
  [{ yes: true, no: true }, NOTHING],
  [{ yes: true }, CUSTOMER], // $no has a default
])('with the variables %j', async (variables, expected) => {
  const source =
    'query ($yes: Boolean!, $no: Boolean = false) { checkoutSession(id: "x") { ...A @include(if: $yes) } checkoutSession(id: "x") { customer { email @skip(if: $no) @include(if: $yes) } } } fragment A on CheckoutSession { customer { phone @skip(if: $no) } }';
  expect(await expansions(source, { variables })).toEqual([expected]);
});

test('the same field selected twice is one field with both selections', async () => {
  const source = `
    { checkoutSession(id: "x") { customer { email } } ...More }
    fragment More on Query { checkoutSession(id: "x") { details { ... on FlexCheckoutDetails { paymentIntent { status } } } } }`;
  expect(await expansions(source)).toEqual([BOTH]);
});

test('fields under different aliases are looked at each for itself', async () => {
  const source =
    '{ a: checkoutSession(id: "x") { customer { email } } b: checkoutSession(id: "x") { customer { id } } }';
  expect(await expansions(source)).toEqual([CUSTOMER, NOTHING]);
});

test.each([
  ['{ node(id: "x") { id ... on CheckoutSession { customer { email } } } }', CUSTOMER],
  ['{ nodes(ids: ["x"]) { ...S } } fragment S on CheckoutSession { customer { id } }', NOTHING],
  ['{ checkoutSessions { edges { cursor } nodes { id } pageInfo { endCursor } sources { provider } } }', NOTHING],
  ['{ checkoutSessions { edges { node { customer { email } } } nodes { id } } }', CUSTOMER],
  ['{ checkoutSessions { edges { node { id } } list: nodes { customer { email } } } }', CUSTOMER],
  [
    '{ checkoutSessions { ...P } } fragment P on CheckoutSessionConnection { edges { ...E } nodes { customer { phone } } } fragment E on CheckoutSessionEdge { at: node { details { ... on FlexCheckoutDetails { paymentIntent { status } } } } }',
    BOTH,
  ],
  [
    'mutation { deleteCheckoutSession(input: { id: "x" }) { deletedId checkoutSession { customer { email } } } }',
    CUSTOMER,
  ],
  ['mutation { deleteCheckoutSession(input: { id: "x" }) { deletedId userErrors { field } } }', NOTHING],
])('%s', async (source, expected) => {
  expect(await expansions(source)).toEqual([expected]);
});

test('fragments in a circle, which validation would refuse, come to an end', async () => {
  const circle = `
    fragment A on CheckoutSession { ...B customer { ...C } }
    fragment B on CheckoutSession { ...A }
    fragment C on CheckoutCustomer { ...C id }`;
  expect(await session('...A', circle, { validated: false })).toEqual([NOTHING]);
});

test('fragments that spread each other twice are entered once each', async () => {
  const depth = 60;
  const fragments = Array.from(
    { length: depth },
    (_, i) => `fragment F${i} on CheckoutSession { ...F${i + 1} ... { ...F${i + 1} } }`,
  );
  const last = `fragment F${depth} on CheckoutSession { customer { email } }`;
  const started = performance.now();
  expect(await session('...F0', [...fragments, last].join('\n'), { validated: false })).toEqual([CUSTOMER]);
  expect(performance.now() - started).toBeLessThan(2_000);
});

test('what is found is what the executor goes on to ask for', async () => {
  let found: Expansion | undefined;
  let asked: Expansion = NOTHING;
  const note = (part: keyof Expansion): void => {
    asked = { ...asked, [part]: true };
  };
  const schema = makeExecutableSchema({
    typeDefs: loadTypeDefs(),
    resolvers: {
      Query: {
        checkoutSession: (_, __, ___, info) => {
          found = expansionOf(info);
          return { id: 'x', customer: { id: 'c' }, details: { origin: 'shop', paymentIntent: { id: 'p' } } };
        },
      },
      CheckoutSessionDetails: { __resolveType: () => 'FlexCheckoutDetails' },
      CheckoutCustomer: { email: () => note('customer') },
      FlexPaymentIntent: { status: () => note('paymentIntent') },
    },
  });
  await fc.assert(
    fc.asyncProperty(randomSelections(), async ({ text, fragments }) => {
      asked = NOTHING;
      const document = parse(
        `query ($yes: Boolean = true, $no: Boolean = false) { checkoutSession(id: "x") { ${text} } } ${fragments}`,
      );
      const { errors } = await execute({ schema, document });
      expect(errors).toBeUndefined();
      expect(found).toEqual(asked);
    }),
    { numRuns: 300 },
  );
});
