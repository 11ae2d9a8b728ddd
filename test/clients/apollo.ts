import { ApolloClient, gql, HttpLink, InMemoryCache } from '@apollo/client';
import { relayStylePagination } from '@apollo/client/utilities';
import { buildSchema, isAbstractType } from 'graphql';
import { loadTypeDefs } from '../../schema/load.ts';
import type { KnownSession } from './known-sessions.ts';

export type Filter = { statuses?: string[]; providers?: string[] };

export type List = {
  edges: { cursor: string; node: KnownSession }[];
  pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; startCursor: string | null; endCursor: string | null };
  totalCount?: number | null;
};

const schema = buildSchema(loadTypeDefs().join('\n'));

/** What Apollo's guide has one generate: for each interface and union, what it can be. */
export const possibleTypes = Object.fromEntries(
  Object.values(schema.getTypeMap())
    .filter(isAbstractType)
    .map((type) => [type.name, schema.getPossibleTypes(type).map(({ name }) => name)]),
);

/**
 * They have no global id, and what two components select of one of them belongs together: else the cache keeps what came
 * last. A customer's id is the provider's, and null for some.
 */
const PARTS_OF_A_SESSION = ['CheckoutAmounts', 'CheckoutCustomer', ...(possibleTypes.CheckoutSessionDetails ?? [])];

export type RecordingClient = ApolloClient & {
  /** What the gateway answered, oldest first, before the cache had it. */
  answers: { data: unknown }[];
};

export function createClient(url: string): RecordingClient {
  const answers: { data: unknown }[] = [];
  const client = new ApolloClient({
    link: new HttpLink({
      uri: `${url}/graphql`,
      fetch: async (...request) => {
        const response = await fetch(...request);
        answers.push((await response.clone().json()) as { data: unknown });
        return response;
      },
    }),
    cache: new InMemoryCache({
      possibleTypes,
      typePolicies: {
        Query: { fields: { checkoutSessions: relayStylePagination(['filter']) } },
        ...Object.fromEntries(PARTS_OF_A_SESSION.map((name) => [name, { keyFields: false, merge: true }])),
      },
    }),
  });
  return Object.assign(client, { answers });
}

const LIST_FIELDS = gql`
  fragment ListFields on CheckoutSessionConnection {
    edges { cursor node { ... on Node { id } provider status createdAt customer { id } details { __typename } } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
`;

export const NEWEST_FIRST = gql`
  query Newest($first: Int, $after: String, $filter: CheckoutSessionFilter) {
    checkoutSessions(first: $first, after: $after, filter: $filter) { ...ListFields }
  }
  ${LIST_FIELDS}
`;

export const FROM_THE_OLDEST = gql`
  query Oldest($last: Int, $before: String, $filter: CheckoutSessionFilter) {
    checkoutSessions(last: $last, before: $before, filter: $filter) { ...ListFields }
  }
  ${LIST_FIELDS}
`;

export const BOTH_WAYS = gql`
  query Both($first: Int, $after: String, $last: Int, $before: String) {
    checkoutSessions(first: $first, after: $after, last: $last, before: $before) { ...ListFields totalCount }
  }
  ${LIST_FIELDS}
`;
