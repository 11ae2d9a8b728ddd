import type { ProviderName } from '../../checkout/provider-name.ts';
import type { SessionStatus } from '../../checkout/status.ts';
import { UNSETTLED_STATUSES } from '../candidates.ts';
import type { IndexedSession } from '../session-index.ts';
import { readTime, TIME_LENGTH, timeText } from './place.ts';

/** Stands for a status in what lies in Redis. A letter is given once: another release reads the same rows. */
const LETTERS = {
  OPEN: 'o',
  PROCESSING: 'p',
  UNKNOWN: 'u',
  COMPLETED: 'c',
  EXPIRED: 'e',
  CANCELED: 'x',
  FAILED: 'f',
} as const satisfies Record<SessionStatus, string>;

const STATUSES = new Map(
  Object.entries(LETTERS).map(([status, letter]) => [letter as string, status as SessionStatus]),
);

/** How far a session has come, the furthest last: what `src/checkout/version.ts` says, without ties. */
export const LETTERS_BY_STAGE = (
  ['UNKNOWN', 'OPEN', 'PROCESSING', 'CANCELED', 'EXPIRED', 'FAILED', 'COMPLETED'] as const satisfies SessionStatus[]
)
  .map((status) => LETTERS[status])
  .join('');

export const UNSETTLED_LETTERS = UNSETTLED_STATUSES.map((status) => LETTERS[status]).join('');

/** What sessions are grouped by wherever they are sorted: the letter of their status, and 1 for an archived one. */
export const groupText = (status: SessionStatus, isArchived: boolean): string =>
  `${LETTERS[status]}${isArchived ? '1' : '0'}`;

/** A value with its length in bytes before it, so that it is known where it ends whatever it holds; `-` for none. */
export const partText = (value: string | null): string =>
  value === null ? '-' : `${Buffer.byteLength(value)}:${value}`;

/**
 * What is kept of a session beside its id: time, group, customer, subscription, payment. The scripts read it too
 * (`index-scripts.ts`).
 */
export const rowText = (session: IndexedSession): string =>
  [
    timeText(session.createdAt),
    groupText(session.status, session.isArchived),
    partText(session.customerId),
    partText(session.subscriptionId),
    partText(session.paymentId),
  ].join('');

/** The session of a row; null for what is no row of this release's. */
export function readRow(provider: ProviderName, providerId: string, row: Buffer): IndexedSession | null {
  const status = STATUSES.get(row.toString('latin1', TIME_LENGTH, TIME_LENGTH + 1));
  const values = readParts(row.subarray(TIME_LENGTH + 2));
  if (status === undefined || values === null) return null;
  const [customerId = null, subscriptionId = null, paymentId = null] = values;
  return {
    provider,
    providerId,
    createdAt: readTime(row.toString('latin1', 0, TIME_LENGTH)),
    status,
    customerId,
    subscriptionId,
    paymentId,
    isArchived: row[TIME_LENGTH + 1] === 0x31,
  };
}

function readParts(bytes: Buffer): (string | null)[] | null {
  const values: (string | null)[] = [];
  for (let at = 0; at < bytes.length; ) {
    if (bytes[at] === 0x2d) {
      values.push(null);
      at++;
      continue;
    }
    const colon = bytes.indexOf(':', at);
    const end = colon + 1 + Number(bytes.toString('latin1', at, colon));
    if (colon < 0 || !(end <= bytes.length)) return null;
    values.push(bytes.toString('utf8', colon + 1, end));
    at = end;
  }
  return values;
}
