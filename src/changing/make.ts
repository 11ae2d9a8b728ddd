import { setTimeout as sleep } from 'node:timers/promises';
import type { Change, ChangeHandler, ChangeKind, Finding, Unanswered } from '../checkout/change.ts';
import { GatewayError } from '../checkout/errors.ts';
import type { CallContext } from '../checkout/provider.ts';
import { displayName, type ProviderName } from '../checkout/provider-name.ts';
import { neverMade, type Outcome, refused } from './outcome.ts';

/** Times that a change is sent again under its key. */
const MOST_RESENDS = 2;
/** Milliseconds before it is sent again the first time; twice that the second time. */
const RESEND_AFTER_MS = 200;
/** Milliseconds that an attempt is worth being made for. */
const SHORTEST_MS = 100;

/** A change on its way to a provider. */
export type Making = {
  provider: ProviderName;
  /** For the kind of the change. */
  handler: ChangeHandler<ChangeKind>;
  change: Change;
  /** The provider's idempotency key. */
  key: string;
  unanswered: Unanswered;
  call: CallContext;
  /** Epoch milliseconds. */
  now: () => number;
};

/** Sends a change for the first time and, if no answer comes, finds out what became of it, as long as there is time. */
export async function makeChange(making: Making): Promise<Outcome> {
  const outcome = await send(making, shareOf(making, 0));
  if (outcome === 'KEY_IN_USE') {
    const name = displayName(making.provider);
    const message = `${name} has an open session of this idempotencyKey already.`;
    return { ...refused('ALREADY_EXISTS', message, KEY), isKeyInUse: true };
  }
  return outcome.is === 'UNKNOWN' ? findOut(making) : outcome;
}

/** What became of a change whose answer did not come: by sending it again where that is safe, and by looking. */
export async function findOut(making: Making): Promise<Outcome> {
  const { handler, change, unanswered, call, now, provider } = making;
  for (let resend = 1; resend <= MOST_RESENDS; resend++) {
    const waitMs = RESEND_AFTER_MS * resend;
    const at = now() + waitMs;
    if (at > unanswered.sentAt + handler.resendWithinMs || call.deadline - at < SHORTEST_MS) break;
    await sleep(waitMs);
    const outcome = await send(making, shareOf(making, resend));
    // It has made a session for the key, and does not say which.
    if (outcome === 'KEY_IN_USE') return { is: 'DONE', providerId: null, session: null };
    if (outcome.is === 'DONE' || isTheAnswer(change, outcome)) return outcome;
  }
  if (!handler.find || call.deadline - now() < SHORTEST_MS) return { is: 'UNKNOWN' };
  const finding = await look(() => handler.find?.(change as never, unanswered, call));
  if (finding.is === 'NOT_DONE') return { is: 'NOT_DONE', error: neverMade(provider) };
  return finding.is === 'DONE' ? { ...finding, isFound: true } : finding;
}

/**
 * Whether the refusal of a repetition tells what became of the change: that this attempt was not made says nothing of the
 * one before it. A decline does, because providers keep it under the key; and so does a refusal to end a session, which
 * handlers look into.
 */
function isTheAnswer({ kind }: Change, outcome: Outcome): boolean {
  if (outcome.is !== 'REFUSED') return false;
  return kind === 'CANCEL' || kind === 'DELETE' || outcome.errors.every(({ code }) => code === 'PAYMENT_DECLINED');
}

const KEY = ['input', 'idempotencyKey'];

async function send({ handler, change, key }: Making, call: CallContext): Promise<Outcome | 'KEY_IN_USE'> {
  try {
    const answer = await handler.send(change as never, key, call);
    if (answer.is === 'KEY_IN_USE') return answer.is;
    return answer;
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    return error.mayHaveHappened ? { is: 'UNKNOWN' } : { is: 'NOT_DONE', error };
  }
}

async function look(find: () => Promise<Finding> | undefined): Promise<Finding> {
  try {
    return (await find()) ?? { is: 'UNKNOWN' };
  } catch (error) {
    if (error instanceof GatewayError) return { is: 'UNKNOWN' };
    throw error;
  }
}

/** Half of what is left, where there is a second attempt to be made in the other half. */
function shareOf({ handler, unanswered, call, now }: Making, resends: number): CallContext {
  const mayResend = resends < MOST_RESENDS && now() < unanswered.sentAt + handler.resendWithinMs;
  if (!mayResend && !handler.find) return call;
  return { ...call, deadline: now() + (call.deadline - now()) / 2 };
}
