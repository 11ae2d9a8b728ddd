import type { ProviderName } from '../checkout/provider-name.ts';

/** An event of a provider's webhook, its signature checked. */
export type NewEvent = {
  provider: ProviderName;
  /** The provider's own id of this delivery's event (the `…-id` header), 1 to 256 characters. */
  eventId: string;
  /** What has to be known to apply it, JSON; null when there is nothing to apply, and only the id is to be remembered. */
  subject: string | null;
};

export type InboxEvent = {
  provider: ProviderName;
  eventId: string;
  subject: string;
  /** Epoch milliseconds. */
  receivedAt: number;
  /** Times that it was postponed. */
  attempts: number;
};

/** The right to apply an event, as long as it lasts; who had it keeps it beyond that until another takes it. */
export type EventLease = { owner: string; ms: number };

/**
 * Events that have been received. What a method has answered is on disk, or wherever the store keeps things safe: a process
 * that dies afterwards loses nothing. Every method rejects with a LedgerError when the store fails, and then nothing was
 * changed. Like operations, events belong to the accounts that the ledger was opened for.
 */
export type Inbox = {
  /**
   * Writes an event down and gives the lease of it. False, and nothing written, when one of that provider with that id
   * was recorded in the last 7 days. Of many that record the same at one time, one gets true.
   */
  record(event: NewEvent, lease: EventLease): Promise<boolean>;
  /** Takes the lease of events that were not applied, whose lease is over and whose time has come, the oldest first. */
  take(lease: EventLease, limit: number): Promise<InboxEvent[]>;
  /**
   * It was applied: the subject is forgotten, the id is remembered until 7 days after it was received. False, and nothing
   * written, when the lease has been lost.
   */
  finish(provider: ProviderName, eventId: string, owner: string): Promise<boolean>;
  /** It cannot be applied now: gives the lease up, and nobody takes it for so long. False when the lease has been lost. */
  postpone(provider: ProviderName, eventId: string, owner: string, ms: number): Promise<boolean>;
};

/** Milliseconds for which the ids of events are remembered. */
export const EVENT_MS = 7 * 24 * 3_600_000;
