import type { Finding, NewMeteroidSession, NewSession, Unanswered } from '../../checkout/change.ts';
import type { CallContext } from '../../checkout/provider.ts';
import type { CheckoutSession } from '../../checkout/session.ts';
import { isCustomerId } from './customer-id.ts';

/** How far Meteroid's clock may be behind. */
const CLOCK_SKEW_MS = 5000;
/** How long after it was sent a create can still be made: a request waits nowhere longer than this. */
const CREATED_WITHIN_MS = 60_000;

/** By then a create that was answered has said so: whoever made a session has claimed it. */
const ANSWERED_WITHIN_MS = 12_000;

export type Sources = {
  readAll: (call: CallContext) => Promise<CheckoutSession[]>;
  /** The sessions of one customer; null when it knows no customer of that id. */
  readOf: (customerId: string, call: CallContext) => Promise<CheckoutSession[] | null>;
  /** Epoch milliseconds. */
  now: () => number;
};

/**
 * Looks for the session that an unanswered create may have made. Meteroid knows no keys, so it is told by what it is:
 * made at that time, for that customer, with these terms, and not known to come from another create.
 * @throws GatewayError when the list cannot be read
 */
export async function findCreated(
  asked: NewMeteroidSession,
  unanswered: Unanswered,
  call: CallContext,
  { readAll, readOf, now }: Sources,
): Promise<Finding> {
  // Before the list is read: what is made while it is being read may be missing in it.
  const readAt = now();
  const isOver = readAt > unanswered.sentAt + CREATED_WITHIN_MS;
  const own = isCustomerId(asked.customerId) ? await readOf(asked.customerId, call) : null;
  const sessions = own ?? (await readAll(call));
  const alike = sessions.filter((session) => isFromThen(session, unanswered.sentAt) && hasTermsOf(session, asked));
  // In this order: a create that is not among them any more has claimed its session.
  const rivals = await unanswered.rivals();
  const taken = await Promise.all(alike.map(({ providerId }) => unanswered.isTaken(providerId)));
  const free = alike.filter((_, index) => !taken[index]);
  const [found, ...others] = free.filter(({ customer }) => customer?.id === asked.customerId);
  // One that another create has just made is claimed when that is answered.
  const isUnclaimed =
    found !== undefined &&
    (!mayBeAnothers(found, rivals) || readAt > Math.max(createdAt(found), unanswered.sentAt) + ANSWERED_WITHIN_MS);
  if (isUnclaimed && others.length === 0) return { is: 'DONE', providerId: found.providerId, session: found };
  // Behind an alias, which no session shows, any of them may be the customer's, or somebody else's.
  const isPossible = found !== undefined || (free.length > 0 && !isCustomerId(asked.customerId));
  return { is: isPossible || !isOver ? 'UNKNOWN' : 'NOT_DONE' };
}

/** Whether a create whose outcome is not known can have made a session. Behind an alias may be any customer. */
const mayBeAnothers = (session: CheckoutSession, rivals: NewSession[] | null): boolean =>
  rivals === null ||
  rivals.some(
    (rival) =>
      rival.provider === 'METEROID' &&
      (rival.customerId === session.customer?.id || !isCustomerId(rival.customerId)) &&
      hasTermsOf(session, rival),
  );

const createdAt = ({ createdAt }: CheckoutSession): number => (createdAt === null ? 0 : Date.parse(createdAt));

function isFromThen({ createdAt }: CheckoutSession, sentAt: number): boolean {
  if (createdAt === null) return false;
  const at = Date.parse(createdAt);
  return at >= sentAt - CLOCK_SKEW_MS && at <= sentAt + CREATED_WITHIN_MS;
}

/** Whether a session has the terms that were asked for. What was not asked for it does not have. */
function hasTermsOf({ details }: CheckoutSession, asked: NewMeteroidSession): boolean {
  if (details.provider !== 'METEROID') return false;
  // Which code a session shows that got its coupons by their ids is not documented.
  const isCouponKnown = asked.couponCode !== undefined || !asked.couponIds?.length;
  return (
    details.planVersionId === asked.planVersionId &&
    (!isCouponKnown || details.couponCode === (asked.couponCode ?? null)) &&
    details.billingStartDate === (asked.billingStartDate ?? null) &&
    details.billingDayAnchor === (asked.billingDayAnchor ?? null) &&
    details.netTerms === (asked.netTerms ?? null) &&
    details.trialDurationDays === (asked.trialDurationDays ?? null)
  );
}
