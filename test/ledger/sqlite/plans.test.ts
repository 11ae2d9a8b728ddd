import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NO_FILTER, type SessionFilter } from '../../../src/checkout/filter.ts';
import { countQuery } from '../../../src/ledger/sqlite/count-query.ts';
import { openDatabase } from '../../../src/ledger/sqlite/database.ts';
import { pageQueries, type Query } from '../../../src/ledger/sqlite/page-query.ts';
import { pageRequest } from '../arbitraries.ts';

const database = openDatabase(null);

const planOf = ({ sql, parameters }: Query): string[] =>
  database
    .prepare(`EXPLAIN QUERY PLAN ${sql}`)
    .all(parameters)
    .map(({ detail }) => String(detail));

const CUSTOMER = [{ provider: 'FLEXPRICE' as const, id: 'cust_1' }];

const FILTERS: [string, Partial<SessionFilter>, string][] = [
  ['nothing', {}, 'session_by_status (account=? AND status=? AND is_archived=?'],
  ['a status', { statuses: ['FAILED'] }, 'session_by_status (account=? AND status=? AND is_archived=?'],
  [
    'a customer',
    { customers: CUSTOMER },
    'session_by_customer (account=? AND customer_id=? AND status=? AND is_archived=?',
  ],
  [
    'a subscription',
    { subscriptionId: 'subs_1' },
    'session_by_subscription (account=? AND subscription_id=? AND status=?',
  ],
  ['a payment', { paymentId: 'pay_1' }, 'session_by_payment (account=? AND payment_id=? AND status=?'],
];

describe('how pages are read', () => {
  it.each(FILTERS)('a page for %s seeks each range by an index, to the very place', (_name, filter, index) => {
    const queries = pageQueries(1, {
      provider: 'FLEXPRICE',
      filter: { ...NO_FILTER, ...filter },
      direction: 'older',
      from: null,
      limit: 20,
    });
    const searches = queries.flatMap(planOf).filter((step) => step.startsWith('SEARCH'));
    expect(searches.length).toBeGreaterThan(0);
    for (const search of searches) {
      expect(search).toContain(index);
      expect(search).toContain('AND (created_at,provider_id)>(?,?) AND (created_at,provider_id)<(?,?))');
    }
  });

  it('no page whatever scans the table or sorts it', () =>
    fc.assert(
      fc.property(pageRequest, (request) => {
        for (const query of pageQueries(1, request)) {
          const plan = planOf(query).join('\n');
          expect(plan).toContain('AND (created_at,provider_id)>(?,?) AND (created_at,provider_id)<(?,?))');
          expect(plan).not.toMatch(/SCAN session|TEMP B-TREE/);
        }
      }),
    ));

  it('and nothing is counted but along an index', () =>
    fc.assert(
      fc.property(pageRequest, ({ provider, filter }) => {
        const plan = planOf(countQuery(1, provider, filter)).join('\n');
        expect(plan).toMatch(/SEARCH session USING (COVERING )?INDEX session_by_\w+ \(account=\?/);
        expect(plan).not.toMatch(/SCAN session|TEMP B-TREE/);
      }),
    ));
});
