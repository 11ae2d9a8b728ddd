/** The arguments of one field as they were given, variables and defaults put in. Nothing in them was checked. */
export type Arguments = (name: string) => unknown;

/** How often what is selected below a list is answered. */
export type ListSize = {
  /** Objects on the page. */
  items: number;
  /** Lists at a provider that the page is put together from. */
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

const MAX_PAGE = 100;
const DEFAULT_PAGE = 20;
const MAX_OFFSET = 10_000;
/** Above it Flex is asked for a second page, to see whether there is more. */
const FLEX_PAGE = 100;
/** Pairs of statuses and customers that a filter may make. */
const MAX_PARTS = 10;
/** Calls by which the end of 10,000 sessions is found at Flex; it grows by two each time that they double. */
const CALLS_TO_FIND_END = 15;

const ONE_CALL: Price = { points: () => 1 };
/** Asked of Flex in the same call, which then takes longer. */
const EXPANSION: Price = { points: () => 0.1 };
/** A look whether it is known, the change itself, reads around it, and what finds out about it should no answer come. */
const CHANGE: Price = { points: () => 10 };

const lengthOf = (value: unknown): number => (Array.isArray(value) ? value.length : value == null ? 0 : 1);

/** What is no number is refused later; until then it is taken for the most. */
const upTo = (max: number, value: unknown): number =>
  typeof value === 'number' && value <= max ? Math.max(0, value) : max;

/** GraphQL takes a single value for a list of one. */
const idsIn = (given: Arguments): number => Math.max(1, lengthOf(given('ids')));

/** A page as docs/querying.md has it under "What a page costs". */
function pageOf(given: Arguments) {
  const filter: Record<string, unknown> = { ...Object(given('filter')) };
  const items = upTo(MAX_PAGE, given('first') ?? given('last') ?? DEFAULT_PAGE);
  const offset = upTo(MAX_OFFSET, given('offset') ?? 0);
  const pairs = Math.max(1, lengthOf(filter.statuses)) * Math.max(1, lengthOf(filter.customers));
  const isFromTheEnd = given('last') != null && given('before') == null;
  return { filter, items, offset, parts: Math.min(MAX_PARTS, pairs), isFromTheEnd };
}

function callsOf(given: Arguments): number {
  const { filter, items, offset, parts, isFromTheEnd } = pageOf(given);
  const providers = filter.providers == null ? undefined : [filter.providers].flat();
  const asks = (provider: string) => providers === undefined || providers.includes(provider);
  const isFlexAlone = parts === 1 && lengthOf(providers) === 1 && asks('FLEX');
  const skipped = isFlexAlone ? Math.sign(offset) : Math.ceil(offset / FLEX_PAGE);
  const pages = items < FLEX_PAGE ? 1 : 2;
  const flex = parts * (pages + skipped + (isFromTheEnd ? CALLS_TO_FIND_END : 0));
  // Flexprice's sessions are looked up one by one. What is left out is looked up, too, where only their content tells.
  const isByContent = [filter.statuses, filter.subscriptionId, filter.paymentId].some((value) => value != null);
  const flexprice = items + 1 + (isByContent ? offset : 0);
  return (asks('FLEX') ? flex : 0) + (asks('METEROID') ? 1 : 0) + (asks('FLEXPRICE') ? flexprice : 0);
}

/** What the fields of schema/ cost. */
export const CHECKOUT_PRICES: PriceList = {
  'Query.node': ONE_CALL,
  'Query.nodes': { points: idsIn, times: idsIn },
  'Query.checkoutSession': ONE_CALL,
  'Query.checkoutSessionByProviderId': ONE_CALL,
  'Query.checkoutSessions': { points: callsOf, list: pageOf },
  // What was left unanswered is looked into first.
  'Query.operation': { points: () => 3 },
  // Work for this process alone, and more of it than for a hundred sessions.
  'Query.__schema': { points: () => 100 },
  'Query.__type': { points: () => 10 },
  'CheckoutSessionConnection.edges': { per: 'items' },
  'CheckoutSessionConnection.nodes': { per: 'items' },
  'CheckoutSessionConnection.totalCount': { points: () => CALLS_TO_FIND_END, per: 'parts' },
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
};
