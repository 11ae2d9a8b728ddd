import type { SessionStatus } from '../checkout/status.ts';

/** Milliseconds between two looks at an open session: the youngest, the oldest. */
const [SHORTEST_MS, LONGEST_MS] = [3000, 30_000];
/** An open session is looked at whenever it has grown older by this part. */
const AGE_PART = 20;
/** Of one that has ended, little is to be expected: a late payment, a refund. */
const ENDED_MS = 5 * 60_000;
const JITTER = 0.15;

const MAY_BE_PAID = {
  OPEN: true,
  PROCESSING: true,
  UNKNOWN: true,
  COMPLETED: false,
  EXPIRED: false,
  // An open session that a time of cancellation was noted on may still be paid.
  CANCELED: false,
  FAILED: false,
} as const satisfies Record<SessionStatus, boolean>;

/**
 * Milliseconds until a session is looked at again.
 * @param ageMs since it was created; null when it does not tell
 * @param random from 0 to 1
 */
export function watchInterval(status: SessionStatus, ageMs: number | null, random: number): number {
  const ms = MAY_BE_PAID[status] ? Math.min(LONGEST_MS, Math.max(SHORTEST_MS, (ageMs ?? 0) / AGE_PART)) : ENDED_MS;
  return ms * (1 + JITTER * (2 * random - 1));
}
