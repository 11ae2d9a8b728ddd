import type { CheckoutSession } from './session.ts';
import type { SessionStatus } from './status.ts';
import type { Instant } from './time.ts';

/** How far a session had come when it was seen. Of two versions, the parts that are further along make the newer one. */
export type SessionVersion = {
  updatedAt: Instant | null;
  /** A status of a lower stage cannot follow. */
  stage: number;
  isArchived: boolean;
};

// A payment that arrives late completes a session that had ended otherwise; nothing follows a completed one.
const STAGES = {
  UNKNOWN: 0,
  OPEN: 1,
  PROCESSING: 2,
  EXPIRED: 3,
  CANCELED: 3,
  FAILED: 3,
  COMPLETED: 4,
} as const satisfies Record<SessionStatus, number>;

export const versionOf = ({
  updatedAt,
  status,
  isArchived,
}: Pick<CheckoutSession, 'updatedAt' | 'status' | 'isArchived'>): SessionVersion => ({
  updatedAt,
  stage: STAGES[status],
  isArchived,
});

/**
 * Whether a session as it was read is behind what has been seen of it: providers read from replicas. Where a session
 * does not tell its time, and where its status is a word nobody knows, that part says nothing.
 */
export function isBehind(read: SessionVersion, seen: SessionVersion): boolean {
  if (read.updatedAt !== null && seen.updatedAt !== null && read.updatedAt < seen.updatedAt) return true;
  if (read.stage !== STAGES.UNKNOWN && read.stage < seen.stage) return true;
  return seen.isArchived && !read.isArchived;
}

/** What both versions together have seen. */
export const newest = (a: SessionVersion, b: SessionVersion): SessionVersion => ({
  updatedAt: (a.updatedAt ?? '') > (b.updatedAt ?? '') ? a.updatedAt : b.updatedAt,
  stage: Math.max(a.stage, b.stage),
  isArchived: a.isArchived || b.isArchived,
});

/** What of a session changes in its life, as far as every answer about it tells it. Two equal texts are one state. */
export const stateOf = ({ providerStatus, isArchived, amounts }: CheckoutSession): string =>
  [providerStatus, isArchived, amounts?.received, amounts?.refunded, amounts?.disputed]
    .map((part) => (typeof part === 'object' ? part?.minorUnits : part))
    .join(' ');
