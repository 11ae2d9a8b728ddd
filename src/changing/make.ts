import { setTimeout as sleep } from 'node:timers/promises';
import type { Change, ChangeHandler, ChangeKind, Finding, Unanswered } from '../checkout/change.ts';
import { GatewayError } from '../checkout/errors.ts';
import type { CallContext } from '../checkout/provider.ts';
import { displayName, type ProviderName } from '../checkout/provider-name.ts';
import { isTheAnswer } from './is-the-answer.ts';
import { neverMade, type Outcome, refused } from './outcome.ts';
import { within } from './within.ts';

/** Times that a change is sent again under its key. */
const MOST_RESENDS = 2;
/** Milliseconds before it is sent again the first time; twice that the second time. */
const RESEND_AFTER_MS = 200;
/** Milliseconds that an attempt is worth being made for. */
const SHORTEST_MS = 100;
/** Milliseconds that are kept for looking, where nothing can be sent again. */
const LOOK_MS = 1500;

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

type Sent = Outcome | 'KEY_IN_USE';

/** Sends a change for the first time and, if no answer comes, finds out what became of it, as long as there is time. */
export async function makeChange(making: Making): Promise<Outcome> {
  const { call, now, provider } = making;
  const first = send(making, call);
  const answer = await within(first, patienceOf(making));
  if (answer === 'KEY_IN_USE') {
    const message = `${displayName(provider)} has an open session of this idempotencyKey already.`;
    return { ...refused('ALREADY_EXISTS', message, KEY), isKeyInUse: true };
  }
  if (answer !== undefined) return answer.is === 'UNKNOWN' ? findOut(making) : answer;
  // It is on its way still: that it was made may yet be said, and then nothing tells more.
  const late = whenDone(first);
  let isOver = false;
  const found = await Promise.race([late, findOut(making, () => isOver)]);
  isOver = true;
  if (found.is !== 'UNKNOWN' && !isWithoutId(found)) return found;
  return (await within(late, call.deadline - now())) ?? found;
}

/**
 * What became of a change whose answer did not come: by sending it again where that is safe, and by looking.
 * @param isOver whether nobody wants to know any more
 */
export async function findOut(making: Making, isOver: () => boolean = () => false): Promise<Outcome> {
  const { handler, unanswered, call, now, provider, change } = making;
  for (let resend = 1; resend <= MOST_RESENDS; resend++) {
    const waitMs = RESEND_AFTER_MS * resend;
    const at = now() + waitMs;
    if (at > unanswered.sentAt + handler.resendWithinMs || call.deadline - at < SHORTEST_MS) break;
    await sleep(waitMs);
    if (isOver()) return { is: 'UNKNOWN' };
    const outcome = await send(making, shareOf(making, resend));
    // It has made a session for the key, and does not say which.
    if (outcome === 'KEY_IN_USE') return { is: 'DONE', providerId: null, session: null };
    if (outcome.is === 'DONE' || isTheAnswer(making, outcome)) return outcome;
  }
  if (!handler.find || call.deadline - now() < SHORTEST_MS) return { is: 'UNKNOWN' };
  const finding = await look(() => handler.find?.(change as never, unanswered, call));
  if (finding.is === 'NOT_DONE') return { is: 'NOT_DONE', error: neverMade(provider) };
  return finding.is === 'DONE' ? { ...finding, isFound: true } : finding;
}

const KEY = ['input', 'idempotencyKey'];

const isWithoutId = (outcome: Outcome): boolean => outcome.is === 'DONE' && outcome.providerId === null;

/** Resolves only if it was made: all else that a late answer says may not be so of what has been sent since. */
const whenDone = (sent: Promise<Sent>): Promise<Outcome> =>
  new Promise((resolve, reject) => {
    sent.then((outcome) => {
      if (outcome !== 'KEY_IN_USE' && outcome.is === 'DONE') resolve(outcome);
    }, reject);
  });

async function send({ handler, change, key }: Making, call: CallContext): Promise<Sent> {
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

const mayResend = ({ handler, unanswered, now }: Making, resends: number): boolean =>
  resends < MOST_RESENDS && now() < unanswered.sentAt + handler.resendWithinMs;

/** Milliseconds after which something else is tried while the first answer may still come. */
function patienceOf(making: Making): number {
  const left = making.call.deadline - making.now();
  if (mayResend(making, 0)) return left / 2;
  return making.handler.find ? Math.max(left / 2, left - LOOK_MS) : left;
}

/** Half of what is left, where there is another attempt to be made in the other half. */
function shareOf(making: Making, resends: number): CallContext {
  const { handler, call, now } = making;
  if (!mayResend(making, resends) && !handler.find) return call;
  return { ...call, deadline: now() + (call.deadline - now()) / 2 };
}
