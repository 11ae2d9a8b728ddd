import { isDeepStrictEqual } from 'node:util';
import type { Finding, NewMeteroidSession, NewSession, Unanswered } from '../../checkout/change.ts';
import type { CallContext } from '../../checkout/provider.ts';
import type { CheckoutSession } from '../../checkout/session.ts';
import { isCustomerId } from './customer-id.ts';

/** How far Meteroid's clock may be behind for a session to be taken for the one that was asked for. */
const CLOCK_SKEW_MS = 5000;
/** How long after it was sent a create can still be made: a request waits nowhere longer than this. */
const CREATED_WITHIN_MS = 60_000;
/** How far a session must be from when the create was sent to be none of its, whatever the clocks. */
const NEAR_MS = 600_000;

export type Sources = {
  readAll: (call: CallContext) => Promise<CheckoutSession[]>;
  /** The sessions of one customer; null when it knows no customer of that id. */
  readOf: (customerId: string, call: CallContext) => Promise<CheckoutSession[] | null>;
  /** Epoch milliseconds. */
  now: () => number;
};

/**
 * Looks for the session that an unanswered create may have made. Meteroid knows no keys, so it is told by what it is.
 * There are two rules, because to be wrong either way sells twice: it is the one that has all that was asked for, made at
 * that time and by no other create; and there is none only when nothing is anywhere near.
 * @throws GatewayError when the list cannot be read
 */
export async function findCreated(
  asked: NewMeteroidSession,
  unanswered: Unanswered,
  call: CallContext,
  { readAll, readOf, now }: Sources,
): Promise<Finding> {
  // Before the list is read: what is made while it is being read may be missing in it.
  const isOver = now() > unanswered.sentAt + CREATED_WITHIN_MS;
  const own = isCustomerId(asked.customerId) ? await readOf(asked.customerId, call) : null;
  // No session shows an alias: it may be anybody's.
  const isAlias = own === null;
  const sessions = own ?? (await readAll(call));
  // In this order: a create that is not among them any more has claimed its session.
  const rivals = await unanswered.rivals();
  const exact = sessions.filter((session) => isFromThen(session, unanswered.sentAt) && isAsAsked(session, asked));
  const taken = await Promise.all(exact.map(({ providerId }) => unanswered.isTaken(providerId)));
  const [found, ...others] = exact.filter((_, index) => !taken[index]);
  if (found && others.length === 0 && !mayBeAnothers(found, asked, rivals)) {
    return { is: 'DONE', providerId: found.providerId, session: found };
  }
  if (!isOver) return { is: 'UNKNOWN' };
  for (const session of sessions) {
    if (!mayBeIt(session, asked, { isAlias, sentAt: unanswered.sentAt })) continue;
    // One after the other: behind an alias there may be many, and the first that is free is enough.
    if (!(await unanswered.isTaken(session.providerId))) return { is: 'UNKNOWN' };
  }
  return { is: 'NOT_DONE' };
}

function isFromThen({ createdAt }: CheckoutSession, sentAt: number): boolean {
  if (createdAt === null) return false;
  const at = Date.parse(createdAt);
  return at >= sentAt - CLOCK_SKEW_MS && at <= sentAt + CREATED_WITHIN_MS;
}

/** Whether a session is for that customer, with the terms that were asked for. What was not asked for it does not have. */
function isAsAsked({ customer, details }: CheckoutSession, asked: NewMeteroidSession): boolean {
  if (details.provider !== 'METEROID') return false;
  // Which code a session shows that got its coupons by their ids is not documented.
  const isCouponKnown = asked.couponCode !== undefined || !asked.couponIds?.length;
  return (
    customer?.id === asked.customerId &&
    details.planVersionId === asked.planVersionId &&
    // A code is shown as it was made, which need not be how it was asked for.
    (!isCouponKnown || details.couponCode?.toLowerCase() === asked.couponCode?.toLowerCase()) &&
    details.billingStartDate === (asked.billingStartDate ?? null) &&
    details.billingDayAnchor === (asked.billingDayAnchor ?? null) &&
    details.netTerms === (asked.netTerms ?? null) &&
    details.trialDurationDays === (asked.trialDurationDays ?? null)
  );
}

/**
 * Whether a create whose outcome is not known can have made a session that was found. Terms tell nothing: most of them no
 * session shows. Behind an alias may be any customer. Of creates that asked for just the same it does not matter which of
 * them made it: each gets one, because what one has claimed is taken for the others.
 */
const mayBeAnothers = (
  { customer, details }: CheckoutSession,
  asked: NewMeteroidSession,
  rivals: NewSession[] | null,
): boolean =>
  rivals === null ||
  rivals.some(
    (rival) =>
      rival.provider === 'METEROID' &&
      details.provider === 'METEROID' &&
      rival.planVersionId === details.planVersionId &&
      (rival.customerId === customer?.id || !isCustomerId(rival.customerId)) &&
      !isDeepStrictEqual(sent(rival), sent(asked)),
  );

/** As it goes out: what is undefined is not there. */
const sent = (session: NewMeteroidSession): unknown => JSON.parse(JSON.stringify(session));

/**
 * Whether a session could be the one that was asked for. Terms do not matter: Meteroid may fill in what was not given, and
 * write differently what was. What a session does not show excludes nothing.
 */
function mayBeIt(
  { customer, createdAt, details }: CheckoutSession,
  asked: NewMeteroidSession,
  { isAlias, sentAt }: { isAlias: boolean; sentAt: number },
): boolean {
  const planVersionId = details.provider === 'METEROID' && details.planVersionId;
  return (
    (!planVersionId || planVersionId === asked.planVersionId) &&
    (createdAt === null || Math.abs(Date.parse(createdAt) - sentAt) <= NEAR_MS) &&
    (isAlias || customer === null || customer.id === asked.customerId)
  );
}
