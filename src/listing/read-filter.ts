import { createHash } from 'node:crypto';
import { bindingOf, type Caller } from '../checkout/caller.ts';
import { badUserInput } from '../checkout/errors.ts';
import type { SessionFilter, TimeSpan } from '../checkout/filter.ts';
import type { ProviderName } from '../checkout/provider-name.ts';
import type { SessionStatus } from '../checkout/status.ts';

type Maybe<T> = T | null | undefined;

/** A filter as callers write it: what is left out or null asks nothing. */
export type FilterInput = {
  providers?: Maybe<readonly ProviderName[]>;
  statuses?: Maybe<readonly SessionStatus[]>;
  customers?: Maybe<readonly { provider: ProviderName; id: string }[]>;
  customerEmail?: Maybe<string>;
  subscriptionId?: Maybe<string>;
  paymentId?: Maybe<string>;
  clientReferenceId?: Maybe<string>;
  hasDisputes?: Maybe<boolean>;
  createdAt?: Maybe<{ gt?: Maybe<string>; gte?: Maybe<string>; lt?: Maybe<string>; lte?: Maybe<string> }>;
  createdWithinDays?: Maybe<number>;
  includeArchived?: Maybe<boolean>;
};

export type ReadFilter = {
  filter: SessionFilter;
  /** Null for every provider. */
  providers: ReadonlySet<ProviderName> | null;
  /**
   * The same for the same filter, however it was written, of a caller who sees the same sessions: cursors carry it, so
   * that none is taken for a place in the list of somebody else.
   */
  fingerprint: string;
};

const DAY_MS = 86_400_000;
const MAX_DAYS = 36_500;
/** Most entries in one list of a filter. */
const MAX_ENTRIES = 100;
const MAX_TEXT = 500;

/**
 * A filter in the form that lists work with. Of a caller that is bound to customers it names none but these, so that
 * pages are full, totals right and other providers not asked; what may be seen is not enforced here.
 * @param now epoch milliseconds
 * @throws GatewayError BAD_USER_INPUT that says what was expected and what came
 */
export function readFilter(input: Maybe<FilterInput>, now: number, caller: Pick<Caller, 'customers'>): ReadFilter {
  const given = input ?? {};
  for (const name of ['providers', 'statuses', 'customers'] as const) checkList(name, given[name]);
  for (const name of ['customerEmail', 'subscriptionId', 'paymentId', 'clientReferenceId'] as const) {
    checkText(name, given[name]);
  }
  for (const customer of given.customers ?? []) checkText('customers.id', customer.id);
  const filter: SessionFilter = {
    // Sorted: a filter that is the same written in another order has to give the same lists in the same order.
    statuses: given.statuses ? [...new Set(given.statuses)].sort() : null,
    customers: customersFor(given.customers ?? null, caller.customers),
    customerEmail: given.customerEmail ?? null,
    subscriptionId: given.subscriptionId ?? null,
    paymentId: given.paymentId ?? null,
    clientReferenceId: given.clientReferenceId ?? null,
    hasDisputes: given.hasDisputes ?? null,
    createdAt: readSpan(given, now),
    includeArchived: given.includeArchived ?? false,
  };
  return {
    filter,
    providers: given.providers ? new Set(given.providers) : null,
    fingerprint: fingerprintOf(given, bindingOf(caller)),
  };
}

/** Nobody means by an empty list what it says: that nothing matches. And to take it for no filter would show everything. */
function checkList(name: string, list: Maybe<readonly unknown[]>): void {
  if (!list || (list.length > 0 && list.length <= MAX_ENTRIES)) return;
  throw badUserInput(
    `Expected filter.${name} to have 1 to ${MAX_ENTRIES} entries or to be left out, got ${list.length}.`,
  );
}

function checkText(name: string, text: Maybe<string>): void {
  if (text == null || (text.length > 0 && text.length <= MAX_TEXT && text.isWellFormed() && !/\p{Cc}/u.test(text)))
    return;
  throw badUserInput(`Expected filter.${name} to be a text of 1 to ${MAX_TEXT} characters without control characters.`);
}

/** Those who are asked for and may be seen: none at all is an empty list. Null for everybody. */
function customersFor(asked: SessionFilter['customers'], own: Caller['customers']): SessionFilter['customers'] {
  const customers = asked ?? own;
  if (!customers) return null;
  const unique = uniqueCustomers(customers);
  if (!asked || !own) return unique;
  const names = new Set(own.map(nameOf));
  return unique.filter((customer) => names.has(nameOf(customer)));
}

const nameOf = ({ provider, id }: { provider: ProviderName; id: string }): string => `${provider} ${id}`;

function uniqueCustomers(customers: readonly { provider: ProviderName; id: string }[]) {
  const unique = new Map(customers.map(({ provider, id }) => [nameOf({ provider, id }), { provider, id }]));
  return [...unique].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, customer]) => customer);
}

/** All that is said of the time of creation in one span: a moment that is excluded ends it a millisecond earlier. */
function readSpan({ createdAt, createdWithinDays }: FilterInput, now: number): TimeSpan {
  if (createdWithinDays != null && (createdWithinDays < 1 || createdWithinDays > MAX_DAYS)) {
    throw badUserInput(`Expected filter.createdWithinDays to be from 1 to ${MAX_DAYS}, got ${createdWithinDays}.`);
  }
  const { gt, gte, lt, lte } = createdAt ?? {};
  const from = [
    gte && Date.parse(gte),
    gt && Date.parse(gt) + 1,
    createdWithinDays && toStep(now - createdWithinDays * DAY_MS),
  ];
  const to = [lte && Date.parse(lte), lt && Date.parse(lt) - 1];
  const numbers = (ends: (number | string | null | undefined)[]) => ends.filter((end) => typeof end === 'number');
  return {
    from: numbers(from).length > 0 ? Math.max(...numbers(from)) : null,
    to: numbers(to).length > 0 ? Math.min(...numbers(to)) : null,
  };
}

/** Milliseconds. */
const STEP_MS = 10_000;

/**
 * A beginning that is counted back from now stays the same for a while, so that equal questions share an answer; and in
 * whole seconds it can be left to a provider that counts in them.
 */
const toStep = (milliseconds: number): number => Math.floor(milliseconds / STEP_MS) * STEP_MS;

function fingerprintOf(input: FilterInput, binding: string | null): string {
  const canonical = canonicalOf({ ...input, includeArchived: input.includeArchived || undefined });
  if (canonical === '{}' && binding === null) return '';
  // No JSON begins like that.
  const text = binding === null ? canonical : `${binding} ${canonical}`;
  return createHash('sha256').update(text).digest('base64url').slice(0, 10);
}

/** JSON without what asks nothing, names sorted, and the entries of lists too: their order means nothing. */
function canonicalOf(value: unknown): string {
  if (Array.isArray(value)) return `[${[...new Set(value.map(canonicalOf))].sort().join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).filter(([, member]) => member != null);
  return `{${members
    .map(([name, member]) => `${JSON.stringify(name)}:${canonicalOf(member)}`)
    .sort()
    .join(',')}}`;
}
