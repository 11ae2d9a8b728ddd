import { randomUUID } from 'node:crypto';
import { bulkhead } from 'cockatiel';
import type { Provider } from '../checkout/provider.ts';
import type { EventSubject } from '../checkout/provider-event.ts';
import type { ProviderName } from '../checkout/provider-name.ts';
import type { Inbox, InboxEvent } from '../ledger/inbox.ts';
import type { Log } from '../telemetry/log.ts';
import type { ApplyEvent } from './apply-event.ts';

/** What became of an event that was received. KNOWN: it had been received before. IGNORED: it is not about sessions. */
export type Received = 'RECORDED' | 'KNOWN' | 'IGNORED';

export type InboxWorker = {
  /**
   * Writes an event down, and has it applied without waiting for that.
   * @param eventId the provider's own
   * @param body whose signature was checked
   * @throws LedgerError when it cannot be written down
   */
  receive(provider: Provider, eventId: string, body: unknown): Promise<Received>;
  /** Waits for what is being applied; what is not, is left to the next start or to another replica. */
  stop(): Promise<void>;
};

type InboxWorkerOptions = {
  inbox: Inbox;
  /** The enabled ones. */
  providers: ReadonlyMap<ProviderName, Provider>;
  apply: ApplyEvent;
  log: Log;
  /** Epoch milliseconds. */
  now: () => number;
};

/** Milliseconds for which nobody else applies an event that somebody does. */
const LEASE_MS = 15_000;
/** Milliseconds that applying an event may take. */
const APPLY_MS = 10_000;
/** Milliseconds between two looks for events that were left or postponed. */
const LOOK_EVERY_MS = 1000;
/** Events of one provider that are applied at one time. */
const AT_ONCE = 16;
/** Events that this process holds, applied or waiting for a place. */
const MOST_TAKEN = 200;
/** Milliseconds for which an event is postponed: the first time, and at most. */
const [SHORTEST_POSTPONE_MS, LONGEST_POSTPONE_MS] = [1000, 5 * 60_000];
/** Times that a provider may not show what its event says, before what it does show is taken for the truth: some minutes. */
const MOST_LATER = 10;

/** Null for what this gateway has not written. */
function readSubject(text: string): EventSubject | null {
  try {
    const subject = JSON.parse(text) as EventSubject | null;
    return typeof subject?.is === 'string' ? subject : null;
  } catch {
    return null;
  }
}

type Held = Pick<InboxEvent, 'provider' | 'eventId' | 'attempts'> & { subject: EventSubject };

export function startInboxWorker({ inbox, providers, apply, log, now }: InboxWorkerOptions): InboxWorker {
  const owner = randomUUID();
  const lease = { owner, ms: LEASE_MS };
  /** One provider's trouble must not hold up the events of others. */
  const places = new Map([...providers.keys()].map((name) => [name, bulkhead(AT_ONCE, Number.POSITIVE_INFINITY)]));
  const working = new Set<Promise<unknown>>();
  let isStopped = false;
  let isFailing = false;

  async function work({ provider: name, eventId, subject, attempts }: Held): Promise<void> {
    const provider = providers.get(name);
    const requestId = `event ${eventId.slice(0, 40)}`;
    try {
      const call = { requestId, deadline: now() + APPLY_MS };
      const isLast = attempts >= MOST_LATER;
      const applied = provider ? await apply(provider, subject, call, isLast) : 'APPLIED';
      if (applied === 'APPLIED' || isLast) await inbox.finish(name, eventId, owner);
      else await postpone(name, eventId, attempts);
    } catch (error) {
      log.warn(
        { requestId, provider: name, error: String(error) },
        'an event cannot be applied now: it is tried again',
      );
      await postpone(name, eventId, attempts);
    }
  }
  async function postpone(provider: ProviderName, eventId: string, attempts: number): Promise<void> {
    const ms = Math.min(LONGEST_POSTPONE_MS, SHORTEST_POSTPONE_MS * 2 ** Math.min(attempts, 20));
    // Should that fail too, the lease runs out.
    await inbox.postpone(provider, eventId, owner, ms).catch(() => false);
  }
  function start(event: Held): void {
    // Of what waits for a place the lease may run out: another replica is welcome to it, and to apply it twice is harmless.
    // What has not begun when it stops waits for the end of its lease.
    const place = places.get(event.provider);
    if (!place) return;
    const done = place.execute(async () => isStopped || work(event)).finally(() => working.delete(done));
    working.add(done);
  }
  async function lookAround(): Promise<void> {
    try {
      const free = MOST_TAKEN - working.size;
      const left = free > 0 ? await inbox.take(lease, free) : [];
      for (const event of left) {
        const subject = readSubject(event.subject);
        if (subject) start({ ...event, subject });
        // Nothing can ever be done with it, and it must not stand in the way of others.
        else await inbox.finish(event.provider, event.eventId, owner);
      }
      if (isFailing) log.info('events that were left can be looked for again');
      isFailing = false;
    } catch (error) {
      if (!isFailing) log.error({ error: String(error) }, 'events that were left cannot be looked for');
      isFailing = true;
    }
  }
  let timer: NodeJS.Timeout | undefined;
  let round = Promise.resolve();
  function schedule(): void {
    if (isStopped) return;
    timer = setTimeout(() => {
      round = lookAround().then(schedule);
    }, LOOK_EVERY_MS).unref();
  }
  schedule();
  return {
    async receive(provider, eventId, body) {
      const subject = provider.webhook?.read(body).subject ?? null;
      const text = subject && JSON.stringify(subject);
      const isNew = await inbox.record({ provider: provider.name, eventId, subject: text }, lease);
      if (!isNew) return 'KNOWN';
      if (subject === null) return 'IGNORED';
      if (!isStopped) start({ provider: provider.name, eventId, subject, attempts: 0 });
      return 'RECORDED';
    },
    async stop() {
      isStopped = true;
      clearTimeout(timer);
      await round;
      await Promise.allSettled(working);
    },
  };
}
