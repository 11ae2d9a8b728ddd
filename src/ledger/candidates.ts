import type { SessionFilter } from '../checkout/filter.ts';
import type { SessionStatus } from '../checkout/status.ts';

/** Whether a session in that status may still get into another one. */
const MAY_CHANGE = {
  OPEN: true,
  PROCESSING: true,
  UNKNOWN: true,
  COMPLETED: false,
  EXPIRED: false,
  // Canceled is what the gateway calls an open session that a time of cancellation was noted on; it may still be paid.
  CANCELED: true,
  FAILED: false,
} as const satisfies Record<SessionStatus, boolean>;

export const SESSION_STATUSES = Object.keys(MAY_CHANGE) as SessionStatus[];

/** Last seen in one of these, a session may be in any by now. */
export const UNSETTLED_STATUSES = SESSION_STATUSES.filter((status) => MAY_CHANGE[status]);

/** The remembered statuses of sessions that may be in one of those asked for. */
export const candidateStatuses = ({ statuses }: SessionFilter): SessionStatus[] =>
  SESSION_STATUSES.filter((status) => statuses === null || MAY_CHANGE[status] || statuses.includes(status));
