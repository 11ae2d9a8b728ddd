import { expect } from 'vitest';
import type { TestGateway } from './gateway.ts';

export type ListNode = {
  id: string;
  provider: 'FLEXPRICE' | 'METEROID' | 'FLEX';
  providerId: string;
  status: string;
  createdAt: string | null;
  isArchived: boolean;
  subscriptionId: string | null;
  paymentId: string | null;
  clientReferenceId: string | null;
  customer: { id: string | null } | null;
  details: { disputes?: unknown[] };
};

export type ListPage = {
  nodes: ListNode[];
  edges: { cursor: string }[];
  pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; startCursor: string | null; endCursor: string | null };
  totalCount?: number | null;
  sources: { provider: string; state: string; code: string | null }[];
};

const query = (
  extra: string,
) => `query ($first: Int, $after: String, $last: Int, $before: String, $offset: Int, $filter: CheckoutSessionFilter) {
  checkoutSessions(first: $first, after: $after, last: $last, before: $before, offset: $offset, filter: $filter) {
    nodes {
      id provider providerId status createdAt isArchived subscriptionId paymentId clientReferenceId customer { id }
      details { ... on FlexCheckoutDetails { disputes { id } } }
    }
    edges { cursor } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } sources { provider state code } ${extra}
  }
}`;

/** One page; fails the test when the answer has an error. */
export async function listPage(
  gateway: TestGateway,
  variables: Record<string, unknown> = {},
  extra = '',
): Promise<ListPage> {
  const { data, errors } = await gateway.ask<{ checkoutSessions: ListPage }>(query(extra), variables);
  expect(errors).toBeUndefined();
  return data.checkoutSessions;
}

/** What comes of a page that is refused or fails. */
export const askForPage = (gateway: TestGateway, variables: Record<string, unknown>) =>
  gateway.ask(query(''), variables);

/** The whole list, page by page. */
export async function walkList(
  gateway: TestGateway,
  size: number,
  filter?: unknown,
  backward = false,
): Promise<ListNode[]> {
  const seen: ListNode[] = [];
  let cursor: string | null = null;
  for (let page = 0; page < 1000; page++) {
    const { nodes, pageInfo } = await listPage(
      gateway,
      backward ? { last: size, before: cursor, filter } : { first: size, after: cursor, filter },
    );
    if (backward) seen.unshift(...nodes);
    else seen.push(...nodes);
    if (backward ? !pageInfo.hasPreviousPage : !pageInfo.hasNextPage) return seen;
    cursor = backward ? pageInfo.startCursor : pageInfo.endCursor;
  }
  throw new Error('the walk did not end');
}

export const idsOf = (nodes: readonly ListNode[]): string[] => nodes.map(({ providerId }) => providerId);

export function newestFirst(nodes: readonly ListNode[]): ListNode[] {
  return [...nodes].sort((a, b) =>
    (a.createdAt ?? '') === (b.createdAt ?? '')
      ? a.provider < b.provider
        ? -1
        : a.provider > b.provider
          ? 1
          : 0
      : (a.createdAt ?? '') > (b.createdAt ?? '')
        ? -1
        : 1,
  );
}
