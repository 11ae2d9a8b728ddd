import { withDeadline } from './deadline.ts';
import { judgeAnswer } from './judge-answer.ts';
import { judgeTrouble, TIMEOUT } from './judge-trouble.ts';
import type { Outcome } from './outcome.ts';
import type { Sending } from './sending.ts';
import { type Transport, TransportError } from './transport.ts';

/**
 * One exchange with the provider, and what it means. A read ends when the caller's deadline passes; a change that is on
 * the wire is left to finish by its own, so that it is known how it ended.
 */
export function exchange(
  { transport, now }: { transport: Transport; now: () => number },
  sending: Sending,
  callerGone: AbortSignal,
): Promise<Outcome> {
  // A caller who was told that it was not sent must be right for ever.
  if (callerGone.aborted || sending.ownDeadline <= now()) return Promise.resolve(TIMEOUT);
  sending.sentAt = now();
  sending.canHaveLeft = true;
  if (sending.kind === 'read') return judged(transport, sending, callerGone, now);
  const late = () => timeout(sending, now());
  const unsent = goneBeforeSent(sending, callerGone);
  return withDeadline(sending.ownDeadline - now(), late, (signal) =>
    judged(transport, sending, AbortSignal.any([signal, unsent]), now),
  );
}

/** Fires when the caller goes while the connection is still being made, of which nobody has to wait for the end. */
function goneBeforeSent(sending: Sending, callerGone: AbortSignal): AbortSignal {
  const controller = new AbortController();
  callerGone.addEventListener('abort', () => {
    if (!sending.canHaveLeft) controller.abort();
  });
  return controller.signal;
}

async function judged(
  transport: Transport,
  sending: Sending,
  signal: AbortSignal,
  now: () => number,
): Promise<Outcome> {
  const { method, url, headers, body } = sending;
  try {
    const onWire = (canHaveLeft: boolean) => {
      sending.canHaveLeft = canHaveLeft;
    };
    return judgeAnswer(await transport.exchange({ method, url, headers, body, signal, onWire }), now());
  } catch (error) {
    if (!(error instanceof TransportError)) throw error;
    return error.trouble === 'aborted' ? timeout(sending, now()) : judgeTrouble(error);
  }
}

/**
 * A timeout speaks against the provider only if the provider had time: neither a caller in a hurry nor a request that
 * spent its time in the queue says anything about it.
 */
function timeout(sending: Sending, now: number): Outcome {
  const { kind, deadline, ownDeadline, startedAt, sentAt = now } = sending;
  const hurried = kind === 'read' && deadline < ownDeadline;
  const hadTime = now - sentAt >= (ownDeadline - startedAt) / 2;
  return !hurried && hadTime ? { ...TIMEOUT, evidence: 'failing' } : TIMEOUT;
}
