import { flexCreatedAt, flexSessionBody, id, indexOf, SPACING } from './flex-list-body.ts';

// As many sessions as wanted at each provider, none of them kept anywhere: each follows from its place in the list, and
// its place from its id. So a page costs whoever plays the provider the same however long the list is.

/** How many sessions the lists of a world have. */
export type Size = {
  /** At Flex, and as many of Flexprice in the index. */
  sessions: number;
  /** At Meteroid, whose list comes whole. */
  meteroid: number;
};

/** Sessions in the rare status, whatever the size. */
export const RARE = 20;
/** Open sessions at Flexprice, whatever the size: the newest. */
const OPEN = 40;

const stepOfRare = (sessions: number): number => Math.floor(sessions / RARE);
const isRare = (index: number, sessions: number): boolean => index % stepOfRare(sessions) === stepOfRare(sessions) - 1;

const iso = (seconds: number): string => new Date(seconds * 1000).toISOString();

/** Any page of Flex's list: bodies, newest first. */
export type FlexPage = {
  limit: number;
  offset: number;
  /** Whether to list the rare ones alone. */
  rare: boolean;
  startingAfter?: string | undefined;
  endingBefore?: string | undefined;
  /** Unix seconds, this one included; and `before` excluded. */
  since?: number | undefined;
  before?: number | undefined;
};

/** Costs as much as the page is long. */
export function flexPage(sessions: number, page: FlexPage): Record<string, unknown>[] {
  const [first, step] = page.rare ? [stepOfRare(sessions) - 1, stepOfRare(sessions)] : [0, 1];
  // How many of those listed stand before a place of the whole list.
  const before = (index: number): number => Math.max(0, Math.ceil((Math.min(index, sessions) - first) / step));
  const placeOf = (seconds: number): number => Math.floor((flexCreatedAt(0) - seconds) / SPACING) + 1;
  const { limit, offset, startingAfter, endingBefore, since } = page;
  const low = Math.max(
    startingAfter === undefined ? 0 : before(indexOf(startingAfter) + 1),
    page.before === undefined ? 0 : before(placeOf(page.before)),
  );
  const high = Math.min(
    endingBefore === undefined ? before(sessions) : before(indexOf(endingBefore)),
    since === undefined ? before(sessions) : before(placeOf(since)),
  );
  const start = endingBefore === undefined ? low + offset : Math.max(low, high - limit);
  const length = Math.max(0, Math.min(limit, high - start));
  return Array.from({ length }, (_, place) => flexBody(first + (start + place) * step, sessions));
}

const FLEX_STATUSES = ['open', 'complete', 'complete', 'paid', 'complete', 'canceled'];

const flexBody = (index: number, sessions: number): Record<string, unknown> =>
  flexSessionBody(index, isRare(index, sessions) ? 'expired' : FLEX_STATUSES[index % FLEX_STATUSES.length]);

export const flexpriceId = (index: number): string => id('cks', index);

const FLEXPRICE_STATUSES = ['completed', 'completed', 'failed'];

/** Flexprice's session of that id, whose times lie between those of Flex: every documented property. */
export function flexpriceBody(providerId: string, sessions: number): Record<string, unknown> {
  const index = indexOf(providerId);
  const createdAt = flexCreatedAt(index) - 200;
  const settled = FLEXPRICE_STATUSES[index % FLEXPRICE_STATUSES.length];
  const status = index < OPEN ? 'pending' : isRare(index, sessions) ? 'expired' : settled;
  const isCompleted = status === 'completed';
  const url = `https://pay.example.com/${id('plink', index)}`;
  return {
    id: providerId,
    action: 'create_subscription',
    cancel_url: 'https://shop.example.com/plans',
    checkout_status: status,
    configuration: {
      create_subscription_params: {
        plan_id: id('plan', index % 7),
        currency: 'usd',
        billing_period: 'MONTHLY',
        lookup_key: `team-${index}`,
        start_date: iso(createdAt),
        metadata: { seats: '12', channel: 'web' },
      },
    },
    created_at: iso(createdAt),
    created_by: id('user', 1),
    customer_id: id('cust', index % 500),
    environment_id: id('env', 1),
    expires_at: iso(createdAt + 86_400),
    failure_url: 'https://shop.example.com/failed',
    idempotency_key: `order-${10_000 + index}`,
    metadata: { cart: `cart-${index}`, channel: 'web', campaign: 'autumn' },
    payment_action: { type: 'checkout_url', url },
    payment_provider: 'razorpay',
    provider_result: {
      expires_at: iso(createdAt + 86_400),
      next_action: { type: 'checkout_url', url },
      provider_metadata: {},
      provider_session_id: id('plink', index),
    },
    ...(isCompleted && {
      checkout_invoice_id: id('inv', index),
      checkout_payment_id: id('pay', index),
      completed_at: iso(createdAt + 300),
      result: {
        create_subscription_result: {
          invoice_id: id('inv', index),
          payment_id: id('pay', index),
          subscription_id: id('sub', index),
        },
      },
    }),
    ...(status === 'failed' && { failure_reason: 'card_declined' }),
    status: 'published',
    success_url: 'https://shop.example.com/thanks',
    tenant_id: id('tenant', 1),
    updated_at: iso(createdAt + 300),
    updated_by: id('user', 1),
  };
}

/** Meteroid's list. */
export const meteroidBodies = (count: number): Record<string, unknown>[] =>
  Array.from({ length: count }, (_, index) => {
    const createdAt = flexCreatedAt(index) - 300;
    const isCompleted = index % 3 !== 0;
    return {
      id: id('ses', index),
      billing_day_anchor: 1,
      billing_start_date: '2026-11-01',
      checkout_type: 'SELF_SERVE',
      checkout_url: `https://checkout.meteroid.com/${id('tok', index)}`,
      completed_at: isCompleted ? iso(createdAt + 300) : null,
      coupon_code: null,
      created_at: iso(createdAt),
      customer_id: id('cus', index % 500),
      expires_at: iso(createdAt + 86_400),
      net_terms: 30,
      payment_methods_config: { type: 'online', config: { card: { enabled: true }, direct_debit: { enabled: false } } },
      plan_version_id: id('plv', index % 7),
      status: isCompleted ? 'COMPLETED' : 'CREATED',
      subscription_id: isCompleted ? id('sub', index) : null,
      trial_duration_days: 14,
    };
  });
