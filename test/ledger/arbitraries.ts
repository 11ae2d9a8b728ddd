import fc from 'fast-check';
import type { SessionFilter } from '../../src/checkout/filter.ts';
import { SESSION_STATUSES } from '../../src/ledger/candidates.ts';
import type { IndexedSession, IndexPageRequest } from '../../src/ledger/session-index.ts';
import { at, START } from './sessions.ts';

// Few values, so that they meet: equal times, ids that begin alike, and two that UTF-8 and UTF-16 sort differently.
const provider = fc.constantFrom('FLEXPRICE' as const, 'METEROID' as const);
const providerId = fc.constantFrom('a', 'a!', 'aa', 'b', 'B', 'ä', '\uff5e', '\u{1f4b3}', 'é b', "o'x");
const createdAt = fc.constantFrom(
  null,
  '0001-01-01T00:00:00.000Z',
  at(-1),
  at(0),
  at(1),
  at(2),
  '9999-12-31T23:59:59.999Z',
);
const customerId = fc.constantFrom('cust_1', 'cust_2', 'cüst');
const subscriptionId = fc.constantFrom('subs_1', 'subs_2');
const paymentId = fc.constantFrom('pay_1', 'pay_2');
const orNull = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null });

export const session: fc.Arbitrary<IndexedSession> = fc.record({
  provider,
  providerId,
  createdAt,
  status: fc.constantFrom(...SESSION_STATUSES),
  customerId: orNull(customerId),
  subscriptionId: orNull(subscriptionId),
  paymentId: orNull(paymentId),
  isArchived: fc.boolean(),
});

const end = orNull(fc.constantFrom(-1e15, START - 1, START, START + 1, START + 1.5, 1e15));

const filter: fc.Arbitrary<SessionFilter> = fc.record({
  statuses: orNull(fc.uniqueArray(fc.constantFrom(...SESSION_STATUSES), { minLength: 1 })),
  customers: orNull(fc.array(fc.record({ provider, id: customerId }), { minLength: 1, maxLength: 4 })),
  customerEmail: fc.constant(null),
  subscriptionId: orNull(subscriptionId),
  paymentId: orNull(paymentId),
  clientReferenceId: fc.constant(null),
  hasDisputes: fc.constant(null),
  createdAt: fc.record({ from: end, to: end }),
  includeArchived: fc.boolean(),
});

export const pageRequest: fc.Arbitrary<IndexPageRequest> = fc.record(
  {
    provider,
    filter,
    direction: fc.constantFrom('older' as const, 'newer' as const),
    from: orNull(fc.record({ createdAt, providerId })),
    inclusive: fc.boolean(),
    limit: fc.constantFrom(0, 1, 2, 3, 100),
  },
  { requiredKeys: ['provider', 'filter', 'direction', 'from', 'limit'] },
);

/** Something that happens to an index, or is asked of it. */
export type Step =
  | { kind: 'learn'; session: IndexedSession }
  | { kind: 'missing'; provider: 'FLEXPRICE' | 'METEROID'; providerId: string }
  | { kind: 'pass'; milliseconds: number }
  | { kind: 'page'; request: IndexPageRequest }
  | { kind: 'count'; provider: 'FLEXPRICE' | 'METEROID'; filter: SessionFilter };

const kind = <T extends string>(name: T) => fc.constant(name);

export const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ kind: kind('learn'), session }) },
  { weight: 2, arbitrary: fc.record({ kind: kind('missing'), provider, providerId }) },
  { weight: 1, arbitrary: fc.record({ kind: kind('pass'), milliseconds: fc.constantFrom(1, 3_599_999, 3_600_000) }) },
  { weight: 8, arbitrary: fc.record({ kind: kind('page'), request: pageRequest }) },
  { weight: 2, arbitrary: fc.record({ kind: kind('count'), provider, filter }) },
);
