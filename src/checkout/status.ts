/** Where a session is in its life, in words that are the same for all providers. */
export type SessionStatus = 'OPEN' | 'PROCESSING' | 'COMPLETED' | 'EXPIRED' | 'CANCELED' | 'FAILED' | 'UNKNOWN';

/** What a session is for. */
export type SessionMode = 'PAYMENT' | 'SUBSCRIPTION' | 'SETUP' | 'OFF_SESSION' | 'UNKNOWN';

/** Statuses in which the customer still has something to do, or a payment is under way. */
export const isPayable = (status: SessionStatus): boolean => status === 'OPEN' || status === 'PROCESSING';

/**
 * The unified word for a provider's one; UNKNOWN for a word nobody knew when the table was written, and for
 * `constructor`.
 */
export const translate =
  <T extends string>(table: Readonly<Record<string, T>>, unknown: T) =>
  (word: string | null | undefined): T =>
    word != null && Object.hasOwn(table, word) ? (table[word] as T) : unknown;
