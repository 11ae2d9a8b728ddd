import { NO_FILTER } from '../checkout/filter.ts';
import { globalId, type SessionKey } from '../checkout/global-id.ts';
import { type CallContext, NO_EXPANSION, type Provider } from '../checkout/provider.ts';
import type { ProviderName } from '../checkout/provider-name.ts';
import type { CheckoutSession } from '../checkout/session.ts';
import { versionOf } from '../checkout/version.ts';
import type { SharedReads } from '../reading/shared-reads.ts';
import type { Log } from '../telemetry/log.ts';
import { contentOf } from './content.ts';
import type { Teller } from './teller.ts';
import type { Turns } from './turns.ts';
import { watchInterval } from './watch-plan.ts';

/** Looks at sessions of providers that do not tell of their changes, as long as somebody is subscribed to them. */
export type Watcher = {
  /**
   * @param sessions and how each was shown to who asks; null when there is no such session yet
   * @returns what ends it
   */
  watch(sessions: readonly Shown[]): () => void;
  /** How many sessions are looked at. */
  readonly size: number;
  stop(): Promise<void>;
};

export type Shown = { key: SessionKey; session: CheckoutSession | null };

type Watched = {
  key: SessionKey;
  subscribers: number;
  /** Epoch milliseconds. */
  dueAt: number;
  /** Milliseconds from one look to the next. */
  everyMs: number;
  content: string | null;
};

type WatcherOptions = {
  /** Those that do not tell, by name. */
  providers: ReadonlyMap<ProviderName, Provider>;
  reads: SharedReads;
  teller: Teller;
  turns: Turns;
  log: Log;
  /** Epoch milliseconds. */
  now: () => number;
  /** From 0 to 1. @default Math.random */
  random?: () => number;
};

/** Milliseconds between two looks at one session: at first, and at most. */
const [SHORTEST_MS, LONGEST_MS] = [3000, 30_000];
/** A turn is over before the same replica would look again. */
const TURN_PART = 0.8;
/** Milliseconds between two looks at what is due. */
const TICK_MS = 250;
/** Milliseconds by which a look may come early to share a call with others. */
const SOON_MS = 1000;
/** Milliseconds that looking at sessions may take. */
const LOOK_MS = 3000;
/** Sessions of one provider from which on its whole list is cheaper, as for reads. */
const LIST_FROM = 10;
/** Sessions that are asked for at one time. */
const AT_ONCE = 16;

export const startWatcher = (options: WatcherOptions): Watcher => new SessionWatcher(options);

class SessionWatcher implements Watcher {
  readonly #options: WatcherOptions;
  readonly #random: () => number;
  readonly #watched = new Map<string, Watched>();
  #timer: NodeJS.Timeout | undefined;
  #round = Promise.resolve();
  #isStopped = false;
  #isFailing = false;

  constructor(options: WatcherOptions) {
    this.#options = options;
    this.#random = options.random ?? Math.random;
  }

  get size(): number {
    return this.#watched.size;
  }

  watch(sessions: readonly Shown[]): () => void {
    const ids = new Set(
      sessions.filter(({ key }) => this.#options.providers.has(key.provider)).map((shown) => this.#enter(shown)),
    );
    this.#schedule();
    return () => {
      for (const id of ids) this.#leave(id);
      ids.clear();
    };
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    await this.#round;
  }

  #enter({ key, session }: Shown): string {
    const id = globalId(key.provider, key.providerId);
    const known = this.#watched.get(id);
    if (known) known.subscribers++;
    else {
      const content = session && contentOf(session);
      const watched = { key, subscribers: 1, dueAt: 0, everyMs: SHORTEST_MS, content };
      this.#watched.set(id, watched);
      this.#wait(watched, session);
    }
    return id;
  }

  /** Until the next look; one that is not there is looked for less and less often. */
  #wait(watched: Watched, session: CheckoutSession | null): void {
    const { now } = this.#options;
    const ageMs = session?.createdAt == null ? null : now() - Date.parse(session.createdAt);
    watched.everyMs = session
      ? watchInterval(session.status, ageMs, this.#random())
      : Math.min(LONGEST_MS, watched.everyMs * 2);
    watched.dueAt = now() + watched.everyMs;
  }

  #leave(id: string): void {
    const known = this.#watched.get(id);
    if (known && --known.subscribers === 0) this.#watched.delete(id);
  }

  /** Nothing ticks while nobody is subscribed. */
  #schedule(): void {
    if (this.#timer || this.#isStopped || this.#watched.size === 0) return;
    this.#timer = setTimeout(() => {
      this.#round = this.#look().then(() => {
        this.#timer = undefined;
        this.#schedule();
      });
    }, TICK_MS).unref();
  }

  /** What is due, and of a provider that lists all at once what soon will be, when together that is cheaper. */
  #due(now: number): Watched[] {
    const soon = [...this.#watched.values()].filter(({ dueAt }) => dueAt <= now + SOON_MS);
    return [...Map.groupBy(soon, ({ key }) => key.provider)].flatMap(([name, watched]) => {
      const due = watched.filter(({ dueAt }) => dueAt <= now);
      const isListed = this.#options.providers.get(name)?.listing.kind === 'WHOLE';
      return due.length > 0 && isListed && watched.length >= LIST_FROM ? watched : due;
    });
  }

  async #look(): Promise<void> {
    const now = this.#options.now();
    const due = this.#due(now);
    if (due.length === 0) return;
    try {
      // Who has not got the turn comes back soon: whoever has it may go away.
      for (const watched of due) watched.dueAt = now + SHORTEST_MS;
      const turns = await this.#options.turns.take(
        due.map(({ key }) => globalId(key.provider, key.providerId)),
        due.map(({ everyMs }) => everyMs * TURN_PART),
      );
      const ours = Map.groupBy(
        due.filter((_, index) => turns[index]),
        ({ key }) => key.provider,
      );
      await Promise.all([...ours].map(([name, watched]) => this.#lookAt(name, watched)));
      if (this.#isFailing) this.#options.log.info('watched sessions can be looked at again');
      this.#isFailing = false;
    } catch (error) {
      if (!this.#isFailing) this.#options.log.warn({ error: String(error) }, 'watched sessions cannot be looked at');
      this.#isFailing = true;
    }
  }

  async #lookAt(name: ProviderName, watched: readonly Watched[]): Promise<void> {
    const provider = this.#options.providers.get(name);
    if (!provider) return;
    const call = { requestId: 'watcher', deadline: this.#options.now() + LOOK_MS };
    const list = watched.length >= LIST_FROM ? await wholeList(provider, call) : null;
    const failures: unknown[] = [];
    const waiting = [...watched];
    const work = async () => {
      for (let next = waiting.shift(); next; next = waiting.shift()) {
        const { providerId } = next.key;
        // What is missing in a list need not be gone.
        const known = list?.get(providerId);
        await (known ? Promise.resolve(known) : provider.getSession(providerId, NO_EXPANSION, call))
          .then((session) => this.#seen(next as Watched, session))
          .catch((error: unknown) => failures.push(error));
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    if (failures.length > 0) throw failures[0];
  }

  async #seen(watched: Watched, session: CheckoutSession | null): Promise<void> {
    const content = session && contentOf(session);
    if (session && content !== watched.content) {
      // So that whoever is told reads this, and nothing older.
      await this.#options.reads.forget(watched.key, versionOf(session));
      await this.#options.teller.tell(session, 'POLL');
      watched.content = content;
    }
    // Not before it was told: one that has ended would be looked at again after minutes.
    this.#wait(watched, session);
  }
}

async function wholeList(provider: Provider, call: CallContext): Promise<Map<string, CheckoutSession> | null> {
  if (provider.listing.kind !== 'WHOLE') return null;
  const list = provider.listing.plan(NO_FILTER);
  const sessions = await list?.readAll(call);
  return new Map(sessions?.map((session) => [session.providerId, session]));
}
