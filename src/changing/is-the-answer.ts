import type { ChangeKind, UserError } from '../checkout/change.ts';
import type { Making } from './make.ts';
import type { Outcome } from './outcome.ts';

/** Milliseconds after which a change that was sent is done, or will not be: no request waits longer anywhere on the way. */
const UNDER_WAY_MS = 15_000;

/** Of these a refusal for an amount may come from the very change: what it took is not there any more. */
const MOVES: ReadonlySet<ChangeKind> = new Set(['CAPTURE', 'REFUND']);

/**
 * Whether the refusal of a repetition tells what became of the change. Had it been made, the provider would have repeated
 * its answer to the key. Yet a refusal that the change itself would lead to is believed only when the first attempt cannot
 * be under way any more. A refusal to end a session is looked into by the handlers.
 */
export function isTheAnswer({ change, unanswered, now }: Making, outcome: Outcome): boolean {
  if (outcome.is !== 'REFUSED') return false;
  if (change.kind === 'CANCEL' || change.kind === 'DELETE') return true;
  if (!outcome.errors.some((error) => mayFollow(change.kind, error))) return true;
  return now() > unanswered.sentAt + UNDER_WAY_MS;
}

const mayFollow = (kind: ChangeKind, { code }: UserError): boolean =>
  code === 'INVALID_STATE' || code === 'ALREADY_EXISTS' || (code === 'INVALID' && MOVES.has(kind));
