import type { Caller } from '../../checkout/caller.ts';
import { type Listing, MAX_LISTS } from '../../checkout/list.ts';

/** The arguments of one field as they were given, variables and defaults put in. Nothing in them was checked. */
export type Arguments = (name: string) => unknown;

/** How often what is selected below a list is answered. */
export type ListSize = {
  /** Objects on the page. */
  items: number;
  /** Paged lists that the page is put together from. */
  parts: number;
};

/** What a field makes the gateway do. Points: one is about one call to a provider. */
export type Price = {
  /** @default 0 */
  points?(given: Arguments): number;
  /** Objects that the field's own selection is answered for. @default 1 */
  times?(given: Arguments): number;
  /** The field is a list, whose size the fields below it go by that have `per`. */
  list?(given: Arguments): ListSize;
  /** The field and its selection count once for each of these of the list that it is in. */
  per?: keyof ListSize;
};

/** By `Type.field`. Fields that are not named cost no call. */
export type PriceList = Readonly<Record<string, Price>>;

/** How the sessions of each provider can be listed, by its name. */
export type Listings = ReadonlyMap<string, Listing['kind']>;

/** What a list costs goes by beside its arguments. */
export type Listed = Pick<Caller, 'customers'> & { listings: Listings };

const MAX_PAGE = 100;
const DEFAULT_PAGE = 20;
const MAX_OFFSET = 10_000;
/** Above it a provider is asked for a second page, to see whether there is more. */
const PROVIDER_PAGE = 100;
/** Calls by which the end of 10,000 sessions is found in a paged list; it grows by two each time that they double. */
const CALLS_TO_FIND_END = 15;

/** From so many sessions of the index on that were looked up, it is not read on for a page that is not full. */
const LOOK_UPS = 200;

/** As many as a session may be given through the gateway. */
const MAX_METADATA = 50;

const ONE_CALL: Price = { points: () => 1 };
/** Asked of Flex in the same call, which then takes longer. */
const EXPANSION: Price = { points: () => 0.1 };
/** A look whether it is known, the change itself, reads around it, and what finds out about it should no answer come. */
const CHANGE: Price = { points: () => 10 };

/** GraphQL takes a single value for a list of one. */
const entriesOf = (value: unknown): unknown[] | null => (value == null ? null : [value].flat());

const lengthOf = (value: unknown): number => entriesOf(value)?.length ?? 0;

/** What is no number is refused later; until then it is taken for the most. */
const upTo = (max: number, value: unknown): number =>
  typeof value === 'number' && value <= max ? Math.max(0, value) : max;

const idsIn = (given: Arguments): number => Math.max(1, lengthOf(given('ids')));

type Filter = Readonly<Record<string, unknown>>;

/** Customers of a provider that are looked for, at most; null when any will do. */
function customersAt(provider: string, { customers }: Filter, own: Caller['customers']): number | null {
  const asked = entriesOf(customers)?.filter((customer) => Object(customer).provider === provider).length ?? null;
  if (own === null) return asked;
  const mine = new Set(own.filter((customer) => customer.provider === provider).map(({ id }) => id)).size;
  return asked === null ? mine : Math.min(asked, mine);
}

/** Lists that a page reads at a provider, at most. */
function listsAt(provider: string, kind: Listing['kind'], filter: Filter, own: Caller['customers']): number {
  const customers = customersAt(provider, filter, own);
  const isAsked = entriesOf(filter.providers)?.includes(provider) ?? true;
  if (!isAsked || customers === 0) return 0;
  const pairs = Math.max(1, lengthOf(filter.statuses)) * (customers ?? 1);
  return kind === 'PAGED' ? Math.min(MAX_LISTS, pairs) : 1;
}

/** A page as docs/querying.md has it under "What a page costs". */
function pageOf(given: Arguments, { listings, customers }: Listed) {
  const filter: Filter = { ...Object(given('filter')) };
  const items = upTo(MAX_PAGE, given('first') ?? given('last') ?? DEFAULT_PAGE);
  const offset = upTo(MAX_OFFSET, given('offset') ?? 0);
  const isFromTheEnd = given('last') != null && given('before') == null;
  const lists: Record<Listing['kind'], number> = { PAGED: 0, WHOLE: 0, INDEXED: 0 };
  for (const [provider, kind] of listings) lists[kind] += listsAt(provider, kind, filter, customers);
  return { filter, items, offset, isFromTheEnd, lists, parts: lists.PAGED };
}

/**
 * Sessions of the index are looked up one by one. Where only their content tells which belong, each stretch of it that is
 * read may be without a match.
 */
function indexCalls({ filter, items, offset }: Pick<ReturnType<typeof pageOf>, 'filter' | 'items' | 'offset'>): number {
  const isByContent = [filter.statuses, filter.subscriptionId, filter.paymentId].some((value) => value != null);
  if (!isByContent) return items + 1;
  const stretch = 2 * (items + 1) + 20;
  return Math.ceil(LOOK_UPS / stretch) * stretch + offset;
}

function callsOf(given: Arguments, listed: Listed): number {
  const page = pageOf(given, listed);
  const { items, offset, isFromTheEnd, lists } = page;
  // One list that stands alone jumps.
  const isAlone = lists.PAGED + lists.WHOLE + lists.INDEXED === 1;
  const skipped = isAlone ? Math.sign(offset) : Math.ceil(offset / PROVIDER_PAGE);
  const pages = items < PROVIDER_PAGE ? 1 : 2;
  const paged = pages + skipped + (isFromTheEnd ? CALLS_TO_FIND_END : 0);
  return lists.PAGED * paged + lists.WHOLE + lists.INDEXED * indexCalls(page);
}

/** What the fields of schema/ cost a caller. */
export const checkoutPrices = (listed: Listed): PriceList => ({
  'Query.node': ONE_CALL,
  'Query.nodes': { points: idsIn, times: idsIn },
  'Query.checkoutSession': ONE_CALL,
  'Query.checkoutSessionByProviderId': ONE_CALL,
  'Query.checkoutSessions': {
    points: (given) => callsOf(given, listed),
    list: (given) => pageOf(given, listed),
  },
  // What was left unanswered is looked into first.
  'Query.operation': { points: () => 3 },
  // Work for this process alone, and more of it than for a hundred sessions.
  'Query.__schema': { points: () => 100 },
  'Query.__type': { points: () => 10 },
  'CheckoutSessionConnection.edges': { per: 'items' },
  'CheckoutSessionConnection.nodes': { per: 'items' },
  'CheckoutSessionConnection.totalCount': { points: () => CALLS_TO_FIND_END, per: 'parts' },
  'CheckoutSession.metadata': { times: () => MAX_METADATA },
  'CheckoutSession.customer': EXPANSION,
  'CheckoutSession.availableActions': EXPANSION,
  'FlexCheckoutDetails.paymentIntent': EXPANSION,
  'FlexCheckoutDetails.lineItems': ONE_CALL,
  'Mutation.createCheckoutSession': CHANGE,
  'Mutation.cancelCheckoutSession': CHANGE,
  'Mutation.deleteCheckoutSession': CHANGE,
  'Mutation.captureCheckoutSession': CHANGE,
  'Mutation.refundCheckoutSession': CHANGE,
  'Mutation.confirmCheckoutSession': CHANGE,
  'Mutation.reauthorizeCheckoutSession': CHANGE,
  'CheckoutSessionPayload.checkoutSession': ONE_CALL,
  'DeleteCheckoutSessionPayload.checkoutSession': ONE_CALL,
  'CheckoutOperation.checkoutSession': ONE_CALL,
  // The first look at each session that is named. Each event is a request of its own, and costs no more than that.
  'Subscription.checkoutSessionChanged': { points: idsIn, times: idsIn },
});
