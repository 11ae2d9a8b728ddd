import type { ProviderName } from '../checkout/provider-name.ts';

/** An event of a provider's webhook, its signature checked. */
export type NewEvent = {
  provider: ProviderName;
  /** The provider's own id of this delivery's event (the `…-id` header), 1 to 256 characters. */
  eventId: string;
  /**
   * What has to be known to apply it, JSON with the provider's ids and nothing personal: it is stored as it is. Null
   * when there is nothing to apply, and only the id is to be remembered.
   */
  subject: string | null;
};

export type InboxEvent = {
  provider: ProviderName;
  eventId: string;
  subject: string;
  /** Epoch milliseconds. */
  receivedAt: number;
  /** Times that it was postponed. Leases that ran out do not count. */
  attempts: number;
};

/** The right to apply an event, as long as it lasts; who had it keeps it beyond that until another takes it. */
export type EventLease = { owner: string; ms: number };

/**
 * Events that have been received, for 7 days each, applied or not. What a method has answered is on disk, or wherever
 * the store keeps things safe: a process that dies afterwards loses nothing. Every method rejects with a LedgerError when
 * the store fails, and then nothing was changed; except where a store over the network did it and could not say so in
 * time. An event that was recorded so is taken like any other, once its lease is over. Like operations, events belong to
 * the accounts that the ledger was opened for; a provider without one is refused.
 */
export type Inbox = {
  /**
   * Writes an event down and gives the lease of it, if there is anything to apply. False, and nothing written, when one
   * of that provider with that id was recorded in the last 7 days. Of many that record the same at one time, one gets
   * true.
   */
  record(event: NewEvent, lease: EventLease): Promise<boolean>;
  /**
   * Takes the lease of events that were not applied, whose lease is over and whose time has come, the oldest first (of
   * those received in the same millisecond, any). None is given to two at one time.
   */
  take(lease: EventLease, limit: number): Promise<InboxEvent[]>;
  /**
   * It was applied: the subject is forgotten, the id is remembered until 7 days after it was received. False, and
   * nothing written, when the lease has been lost: another took it, or it was given up.
   */
  finish(provider: ProviderName, eventId: string, owner: string): Promise<boolean>;
  /**
   * It cannot be applied now: gives the lease up, and nobody takes it for so long. False, and nothing written, when the
   * lease has been lost.
   */
  postpone(provider: ProviderName, eventId: string, owner: string, ms: number): Promise<boolean>;
};

/** Milliseconds for which the ids of events are remembered. */
export const EVENT_MS = 7 * 24 * 3_600_000;
