import type { ProviderName } from '../../../src/checkout/provider-name.ts';
import type { EventLease, InboxEvent, NewEvent } from '../../../src/ledger/inbox.ts';

const KEPT_MS = 7 * 24 * 3_600_000;

type Entry = Omit<InboxEvent, 'subject'> & { subject: string | null; owner: string | null; dueAt: number };

/** What an inbox does, done with plain objects. */
export class InboxModel {
  #entries: Entry[] = [];
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  record(event: NewEvent, lease: EventLease): boolean {
    if (this.#find(event.provider, event.eventId)) return false;
    const owner = event.subject === null ? null : lease.owner;
    this.#entries.push({ ...event, receivedAt: this.#now(), attempts: 0, owner, dueAt: this.#now() + lease.ms });
    return true;
  }

  /** All that may be taken, the oldest first. */
  waiting(): InboxEvent[] {
    return this.#live()
      .filter(({ subject, dueAt }) => subject !== null && dueAt <= this.#now())
      .map(toEvent)
      .sort((a, b) => a.receivedAt - b.receivedAt);
  }

  take(provider: ProviderName, eventId: string, lease: EventLease): InboxEvent {
    const entry = this.#find(provider, eventId);
    if (!entry) throw new Error(`Expected the model to have ${eventId}`);
    entry.owner = lease.owner;
    entry.dueAt = this.#now() + lease.ms;
    return toEvent(entry);
  }

  finish(provider: ProviderName, eventId: string, owner: string): boolean {
    const entry = this.#owned(provider, eventId, owner);
    if (!entry) return false;
    entry.subject = null;
    entry.owner = null;
    return true;
  }

  postpone(provider: ProviderName, eventId: string, owner: string, ms: number): boolean {
    const entry = this.#owned(provider, eventId, owner);
    if (!entry) return false;
    entry.owner = null;
    entry.dueAt = this.#now() + ms;
    entry.attempts++;
    return true;
  }

  #owned(provider: ProviderName, eventId: string, owner: string): Entry | undefined {
    const entry = this.#find(provider, eventId);
    return entry?.owner === owner ? entry : undefined;
  }

  #find(provider: ProviderName, eventId: string): Entry | undefined {
    return this.#live().find((entry) => entry.provider === provider && entry.eventId === eventId);
  }

  #live(): Entry[] {
    this.#entries = this.#entries.filter(({ receivedAt }) => receivedAt + KEPT_MS > this.#now());
    return this.#entries;
  }
}

const toEvent = ({ provider, eventId, subject, receivedAt, attempts }: Entry): InboxEvent => ({
  provider,
  eventId,
  subject: subject ?? '',
  receivedAt,
  attempts,
});
