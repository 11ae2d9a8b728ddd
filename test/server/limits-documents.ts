import { readFileSync } from 'node:fs';
import { buildSchema, type FragmentDefinitionNode, Kind, type OperationDefinitionNode, parse } from 'graphql';
import { loadTypeDefs } from '../../schema/load.ts';
import { type Cost, costOf } from '../../src/server/limits/cost.ts';
import { checkoutPrices, type Listed } from '../../src/server/limits/prices.ts';

export const schema = buildSchema(loadTypeDefs().join('\n'));

/** `count` texts, one after another. */
export const times = (count: number, text: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => text(index)).join(' ');

const LINE_ITEMS = 'details { ... on FlexCheckoutDetails { lineItems { description } } }';

/** Each fragment uses the next one twice. */
export const bomb = (fragments: number): string =>
  `{ node(id: "x") { ...F0 } } ${times(fragments, (n) => `fragment F${n} on Node { ...F${n + 1} ...F${n + 1} }`)}
   fragment F${fragments} on Node { id }`;

/** Each fragment uses all that come after it. */
export const dense = (fragments: number): string =>
  `{ node(id: "x") { ...F0 } } ${times(fragments, (n) => `fragment F${n} on Node { id ${times(fragments - n, (m) => `...F${n + m + 1}`)} }`)}
   fragment F${fragments} on Node { id }`;

const nested = (levels: number): string => `${'{ a '.repeat(levels)}${'}'.repeat(levels)}`;

const LONG_NAME = 'A'.repeat(101);

/** Attacks that are a document, by what they are turned away for. */
export const DOCUMENTS: readonly (readonly [name: string, code: string, limit: string | undefined, query: string])[] = [
  ['500 aliases', 'QUERY_TOO_COMPLEX', 'aliases', `{ ${times(500, (n) => `a${n}: __typename`)} }`],
  ['500 times the same field', 'QUERY_TOO_COMPLEX', 'aliases', `{ ${'__typename '.repeat(500)} }`],
  [
    'the same field in 200 inline fragments',
    'QUERY_TOO_COMPLEX',
    'aliases',
    `{ ${'... on Query { __typename } '.repeat(200)} }`,
  ],
  [
    'aliases that a fragment brings many times',
    'QUERY_TOO_COMPLEX',
    'aliases',
    `{ ${times(20, () => '...A')} } fragment A on Query { a: __typename b: __typename }`,
  ],
  [
    'the same field 480 times in a fragment that nobody uses',
    'QUERY_TOO_COMPLEX',
    'aliases',
    `{ __typename } fragment A on CheckoutSession { ${'customer { id } '.repeat(480)} }`,
  ],
  ['31 fields at the top', 'QUERY_TOO_COMPLEX', 'rootFields', `{ ${times(31, (n) => `field${n}`)} }`],
  ['3,000 directives', 'QUERY_TOO_COMPLEX', 'tokens', `{ __typename ${'@skip '.repeat(3000)} }`],
  ['600 directives', 'QUERY_TOO_COMPLEX', 'directives', `{ __typename ${'@skip '.repeat(600)} }`],
  ['directives on variables', 'QUERY_TOO_COMPLEX', 'directives', `query ($a: Int ${'@a '.repeat(51)}) { __typename }`],
  ['6,000 tokens', 'QUERY_TOO_COMPLEX', 'tokens', `{ ${'a '.repeat(6000)} }`],
  ...[
    `{ ${LONG_NAME}: __typename }`,
    `query ${LONG_NAME} { nothing }`,
    `query ($${LONG_NAME}: Int) { __typename }`,
    `{ ...${LONG_NAME} } fragment ${LONG_NAME} on Query { __typename }`,
    `{ ... on ${LONG_NAME} { __typename } }`,
    `{ ${LONG_NAME} }`,
    `{ __typename(${LONG_NAME}: 1) }`,
    `{ __typename(a: [{ ${LONG_NAME}: 1 }]) }`,
    `{ __typename(a: [${LONG_NAME}]) }`,
    `{ __typename @${LONG_NAME} }`,
  ].map((query) => {
    const name = `a long name in ${query.replaceAll(LONG_NAME, 'N')}`;
    return [name, 'QUERY_TOO_COMPLEX', 'nameLength', query] as const;
  }),
  ['40 levels', 'QUERY_TOO_COMPLEX', 'depth', nested(40)],
  ['600 levels', 'QUERY_TOO_COMPLEX', 'depth', nested(600)],
  ['120,000 levels', 'QUERY_TOO_COMPLEX', 'tokens', '{a'.repeat(120_000)],
  [
    'levels out of fragments',
    'QUERY_TOO_COMPLEX',
    'depth',
    '{ ...A } fragment A on Query { a { b { c { d { e { ...B } } } } } } fragment B on C { f { g { h { i { j { k { l { m } } } } } } } }',
  ],
  ['introspection without end', 'QUERY_TOO_COMPLEX', 'depth', `{ __schema { types ${nested(30)} } }`],
  ['a fragment in itself', 'GRAPHQL_VALIDATION_FAILED', undefined, '{ ...A } fragment A on Query { ...A }'],
  [
    'fragments in one another',
    'GRAPHQL_VALIDATION_FAILED',
    undefined,
    `{ ...F0 } ${times(150, (n) => `fragment F${n} on Query { ...F${(n + 1) % 150} ...F${(n + 7) % 150} }`)}`,
  ],
  ['30 fragments that double', 'QUERY_TOO_COMPLEX', 'cost', bomb(30)],
  ['150 fragments that double', 'QUERY_TOO_COMPLEX', 'cost', bomb(150)],
  ['fragments that use all others', 'QUERY_TOO_COMPLEX', 'cost', dense(24)],
  [
    '29 pages of 100 with line items',
    'QUERY_TOO_COMPLEX',
    'cost',
    `{ ${times(29, (n) => `l${n}: checkoutSessions(first: 100) { nodes { id ${LINE_ITEMS} } }`)} }`,
  ],
  [
    'a fragment with line items in 29 pages',
    'QUERY_TOO_COMPLEX',
    'cost',
    `{ ${times(29, (n) => `l${n}: checkoutSessions(first: 100) { ...P }`)} }
     fragment P on CheckoutSessionConnection { edges { node { ${LINE_ITEMS} } } }`,
  ],
  [
    '1e400 for a whole number',
    'GRAPHQL_VALIDATION_FAILED',
    undefined,
    '{ checkoutSessions(first: 1e400) { nodes { id } } }',
  ],
  [
    'a whole number of 100,000 digits',
    'GRAPHQL_VALIDATION_FAILED',
    undefined,
    `{ checkoutSessions(first: ${'9'.repeat(100_000)}) { nodes { id } } }`,
  ],
];

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

/** Documents that guides show, but for fragments and parts of schemas. */
export const examples: readonly string[] = [
  'README.md',
  'docs/querying.md',
  'docs/sandbox.md',
  'docs/operations.md',
].flatMap((file) =>
  [...read(file).matchAll(/^```graphql[^\n]*\n(.*?)^```$/gms)]
    .map(([, text = '']) => text)
    .filter((text) => parse(text).definitions.some(({ kind }) => kind === Kind.OPERATION_DEFINITION)),
);

/** The providers that there are, for a caller who sees the sessions of everybody. */
export const EVERYBODYS: Listed = {
  listings: new Map([
    ['FLEXPRICE', 'INDEXED'],
    ['METEROID', 'WHOLE'],
    ['FLEX', 'PAGED'],
  ]),
  customers: null,
};

/** What the first operation of a document costs. */
export function costIn(text: string, variables?: Record<string, unknown>, listed = EVERYBODYS): Cost {
  const { definitions } = parse(text);
  const operation = definitions.find(
    (node): node is OperationDefinitionNode => node.kind === Kind.OPERATION_DEFINITION,
  );
  if (!operation) throw new Error('Expected an operation.');
  const fragments = new Map(
    definitions
      .filter((node): node is FragmentDefinitionNode => node.kind === Kind.FRAGMENT_DEFINITION)
      .map((fragment) => [fragment.name.value, fragment]),
  );
  return costOf({ schema, prices: checkoutPrices(listed), fragments, operation, variables });
}

export const pointsOf = (text: string, variables?: Record<string, unknown>, listed = EVERYBODYS): number =>
  costIn(text, variables, listed).points;
