import { ulid } from '../ids.ts';
import { between, chance, type Random } from '../prng.ts';
import { DAY, HOUR, MINUTE } from '../world.ts';
import { AUTHORISATION_MS } from './life.ts';
import { type FlexSession, totalOf } from './store.ts';

type Moment = { atMs: number; nowMs: number };

/** Between a moment and now, but not more than a span later. */
const later = ({ atMs, nowMs }: Moment, spanMs: number, random: Random): number =>
  Math.min(nowMs, atMs + between(random, MINUTE, spanMs));

function capture(session: FlexSession, moment: Moment, random: Random): void {
  const total = totalOf(session);
  const part = chance(random, 0.3) ? Math.floor(total / 2) : total;
  const id = `fcap_${ulid(random)}`;
  session.captures.push({ id, amount: part, atMs: later(moment, 2 * DAY, random), status: 'succeeded' });
  session.received = part;
  const alive = moment.atMs + AUTHORISATION_MS > moment.nowMs;
  session.capturable = alive ? total - part : 0;
}

function payManually(session: FlexSession, moment: Moment, random: Random): void {
  const alive = moment.atMs + AUTHORISATION_MS > moment.nowMs;
  const intent = { id: `fpi_${ulid(random)}`, authorisedMs: moment.atMs };
  if (chance(random, 0.35)) {
    session.capturable = alive ? totalOf(session) : 0;
    session.intent = alive
      ? { ...intent, status: 'requires_capture' }
      : { ...intent, status: 'requires_payment_method', lastError: 'The authorization has expired.' };
    return;
  }
  capture(session, moment, random);
  session.intent = { ...intent, status: session.capturable > 0 ? 'requires_capture' : 'succeeded' };
}

function payAtOnce(session: FlexSession, moment: Moment, random: Random): void {
  const id = `fpi_${ulid(random)}`;
  // A bank debit of the last days is still on its way.
  if (session.status === 'complete' && moment.nowMs - moment.atMs < 2 * DAY && chance(random, 0.15)) {
    session.intent = { id, status: 'processing' };
    return;
  }
  session.intent = { id, status: 'succeeded' };
  session.received = totalOf(session);
}

function giveBack(session: FlexSession, moment: Moment, random: Random): void {
  const amount = chance(random, 0.5) ? session.received : Math.floor(session.received / 3);
  if (chance(random, 0.14)) {
    const atMs = later(moment, 3 * DAY, random);
    const more = {
      reason: 'requested_by_customer',
      metadata: chance(random, 0.3) ? { ticket: `T-${between(random, 100, 999)}` } : {},
    };
    session.refunds.push({ id: `fre_${ulid(random)}`, amount, atMs, status: 'succeeded', ...more });
  } else if (chance(random, 0.06)) {
    const atMs = later(moment, 5 * DAY, random);
    const amountDisputed = session.received;
    session.disputes.push({
      id: `fdp_${ulid(random)}`,
      amount: amountDisputed,
      atMs,
      status: 'needs_response',
      reason: 'fraudulent',
    });
  }
}

/** Gives a seeded session the payments that its status implies. */
export function seedMoney(session: FlexSession, nowMs: number, random: Random): void {
  const { status } = session;
  if (status !== 'complete' && status !== 'paid') {
    const tried = chance(random, 0.6);
    const intent = {
      id: `fpi_${ulid(random)}`,
      status: status === 'canceled' ? 'canceled' : 'requires_payment_method',
    };
    session.intent = tried ? intent : null;
    return;
  }
  const moment = { atMs: Math.min(nowMs, session.createdMs + between(random, MINUTE, HOUR)), nowMs };
  if (session.captureMethod === 'manual') payManually(session, moment, random);
  else payAtOnce(session, moment, random);
  if (session.mode === 'subscription') {
    session.subscription = `fsub_${ulid(random)}`;
    session.invoice = `finv_${ulid(random)}`;
  }
  if (session.received > 0) giveBack(session, moment, random);
}
