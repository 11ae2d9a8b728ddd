import { setTimeout as sleep } from 'node:timers/promises';
import { GatewayError } from '../checkout/errors.ts';
import { EVENT_CONTEXT } from '../checkout/event-context.ts';
import { matchesFilter, type SessionFilter } from '../checkout/filter.ts';
import { globalId, type SessionKey } from '../checkout/global-id.ts';
import type { Expansion } from '../checkout/provider.ts';
import type { ProviderName } from '../checkout/provider-name.ts';
import type { CheckoutSession } from '../checkout/session.ts';
import type { SessionStatus } from '../checkout/status.ts';
import { isBehind, type SessionVersion, versionOf } from '../checkout/version.ts';
import type { Reading } from '../reading/index.ts';
import type { ChangeNotice, ChangeTrigger } from './broker.ts';
import { contentOf } from './content.ts';
import { sessionOf, unlessItFailed } from './failed-read.ts';
import { type Feed, SlowConsumer } from './feed.ts';
import type { ListWatcher } from './list-watcher.ts';
import type { Teller } from './teller.ts';
import type { Watcher } from './watcher.ts';

/** What a subscriber is sent. */
export type SessionChange = {
  session: CheckoutSession;
  /** Null when it is not known, and when the session is shown for the first time. */
  previousStatus: SessionStatus | null;
  trigger: ChangeTrigger;
  /** Epoch milliseconds when the gateway learned of it. */
  at: number;
};

/** A change under the name of the field that it is sent as, and the context that it was read in: none outlives its event. */
export type LiveEvent<C> = { checkoutSessionChanged: SessionChange; [EVENT_CONTEXT]: C };

export type Wish = {
  /** Null for all sessions that match. */
  sessions: readonly SessionKey[] | null;
  filter: SessionFilter;
  /** Null for every provider. */
  providers: ReadonlySet<ProviderName> | null;
  /** What has to be read of the sessions. */
  expansion: Expansion;
};

export type Live = {
  /**
   * Each change of the sessions that the gateway learns of; of those that are named first how they are now. It throws what
   * reading throws, and SlowConsumer. Its `return()` ends it at once, also while `next()` waits.
   * @param fork makes the context for one event
   */
  changes<C extends { reading: Reading }>(wish: Wish, fork: () => C): AsyncIterableIterator<LiveEvent<C>>;
};

type LiveOptions = {
  feed: Feed;
  teller: Teller;
  watcher: Watcher;
  listWatcher: ListWatcher;
  /** Resolves when what is read is not older than what was told. */
  caughtUp(): Promise<void>;
  /** Epoch milliseconds. */
  now: () => number;
};

/** Sessions whose last state is remembered for one subscriber: more than can be named. */
const MOST_REMEMBERED = 200;
/** Milliseconds over which subscribers are spread that read anew after a gap. */
const AFTER_GAP_MS = 1000;
/** Milliseconds after which a session that cannot be read now is read again, before that is said. */
const READ_AGAIN_MS = [300, 1000];

export const createLive = (options: LiveOptions): Live => ({
  changes(wish, fork) {
    const changes = new Changes(options, wish, fork);
    const events = changes.events();
    return {
      next: () => events.next(),
      // Not the generator's own first: that waits for what the generator waits for.
      async return() {
        await changes.end();
        return events.return(undefined);
      },
      async throw(error) {
        await changes.end();
        return events.throw(error);
      },
      [Symbol.asyncIterator]() {
        return this;
      },
    };
  },
});

/** What one subscriber is sent. */
class Changes<C extends { reading: Reading }> {
  readonly #options: LiveOptions;
  readonly #wish: Wish;
  readonly #fork: () => C;
  readonly #expansion: Expansion;
  readonly #items: ReturnType<Feed['subscribe']>;
  /** What the subscriber was sent last, by session: a change that it knows already is none. */
  readonly #sent = new Map<string, Sent>();
  #stopWatching: () => void = () => {};
  #isOver = false;

  constructor(options: LiveOptions, wish: Wish, fork: () => C) {
    const { sessions, filter, providers, expansion } = wish;
    this.#options = options;
    this.#wish = wish;
    this.#fork = fork;
    this.#expansion = { ...expansion, customer: expansion.customer || filter.customerEmail !== null };
    // Before anything is read, so that nothing is missed between.
    this.#items = options.feed.subscribe({
      sessions: sessions ?? 'ALL',
      wants: ({ provider }) => providers?.has(provider) ?? true,
    });
  }

  async *events(): AsyncGenerator<LiveEvent<C>, undefined> {
    try {
      yield* this.#present();
      for await (const item of this.#items) {
        if (item.is === 'GAP') yield* this.#afterGap();
        else yield* this.#changed(item.notice);
      }
    } catch (error) {
      if (error instanceof SlowConsumer) throw new GatewayError('OVERLOADED', `${error.message}.`, { retryable: true });
      throw error;
    } finally {
      await this.end();
    }
  }

  async end(): Promise<void> {
    this.#isOver = true;
    this.#stopWatching();
    await this.#items.return?.();
  }

  async *#present(): AsyncGenerator<LiveEvent<C>> {
    const { sessions } = this.#wish;
    const { watcher, listWatcher, teller } = this.#options;
    if (!sessions) {
      this.#watch(listWatcher.watch());
      return;
    }
    const context = this.#fork();
    const found = await Promise.all(
      sessions.map((key) => context.reading.session(key, this.#expansion).catch(unlessItFailed)),
    );
    const shown = sessions.map((key, index) => ({ key, session: sessionOf(found[index]) }));
    this.#watch(watcher.watch(shown));
    for (const session of found) {
      if (!session) continue;
      if (session instanceof GatewayError) {
        yield failed(session, context);
        continue;
      }
      // Should it not be written, a change will not tell what it changed.
      await teller.shown(session).catch(() => {});
      yield* this.#send({ session, previousStatus: null, trigger: 'POLL', at: this.#options.now() }, context);
    }
  }

  #watch(stop: () => void): void {
    this.#stopWatching = stop;
    if (this.#isOver) stop();
  }

  async *#changed({ provider, providerId, previousStatus, trigger, at }: ChangeNotice): AsyncGenerator<LiveEvent<C>> {
    await this.#options.caughtUp();
    const context = this.#fork();
    const session = await this.#read({ provider, providerId }, context);
    if (session instanceof GatewayError) {
      if (this.#mayTellOf({ provider, providerId })) yield failed(session, context);
    } else if (session) yield* this.#send({ session, previousStatus, trigger, at }, context);
  }

  /**
   * Whose an unread session is nobody can tell: who subscribed to some customers', or named some, is told of none that it
   * could not read before.
   */
  #mayTellOf({ provider, providerId }: SessionKey): boolean {
    if (this.#wish.filter.customers === null) return true;
    const sent = this.#sent.get(globalId(provider, providerId));
    return sent !== undefined && !sent.isHidden;
  }

  /** Of sessions that are not named nobody can tell which have changed. */
  async *#afterGap(): AsyncGenerator<LiveEvent<C>> {
    if (!this.#wish.sessions) return;
    // All subscribers are told of a gap at one moment.
    await sleep(Math.random() * AFTER_GAP_MS);
    await this.#options.caughtUp();
    const context = this.#fork();
    const sessions = await Promise.all(this.#wish.sessions.map((key) => this.#read(key, context)));
    for (const session of sessions) {
      const change = { previousStatus: null, trigger: 'POLL', at: this.#options.now() } as const;
      if (session instanceof GatewayError) yield failed(session, context);
      else if (session) yield* this.#send({ session, ...change }, context);
    }
  }

  async #read(key: SessionKey, context: C): Promise<CheckoutSession | GatewayError | null> {
    const session = await this.#readCurrent(key, context);
    const sent = this.#sent.get(globalId(key.provider, key.providerId));
    // It may have come to be another's. What was sent is remembered: it may come back as it was.
    if (session === null && sent) sent.isHidden = true;
    return session;
  }

  /** What cannot be read, or lies behind what is known, is read again: one replica of a provider may be behind another. */
  async #readCurrent(key: SessionKey, context: C): Promise<CheckoutSession | GatewayError | null> {
    for (const waitMs of READ_AGAIN_MS) {
      const read = await context.reading.sessionRead(key, this.#expansion).catch(() => null);
      if (read?.isCurrent) return read.value;
      await sleep(waitMs);
      context.reading.forgetHere(key);
    }
    return context.reading.session(key, this.#expansion).catch(unlessItFailed);
  }

  *#send(change: SessionChange, context: C): Generator<LiveEvent<C>> {
    const { session } = change;
    const [content, version] = [contentOf(session), versionOf(session)];
    const sent = this.#sent.get(session.id);
    if (sent) sent.isHidden = false;
    if (sent && (sent.content === content || isBehind(version, sent.version))) return;
    // Also of what is not sent, so that what comes after it is held against it.
    this.#sent.delete(session.id);
    this.#sent.set(session.id, { content, status: session.status, version, isHidden: false });
    const oldest = this.#sent.size > MOST_REMEMBERED ? this.#sent.keys().next().value : undefined;
    if (oldest !== undefined) this.#sent.delete(oldest);
    if (!this.#matches(session)) return;
    // What this subscriber has seen, which may be newer than what was told to all.
    const previousStatus = sent?.status ?? change.previousStatus;
    yield { checkoutSessionChanged: { ...change, previousStatus }, [EVENT_CONTEXT]: context };
  }

  #matches(session: CheckoutSession): boolean {
    const { filter, providers } = this.#wish;
    if (providers && !providers.has(session.provider)) return false;
    if (!matchesFilter(session, filter)) return false;
    const { customerEmail } = filter;
    return customerEmail === null || session.customer?.email?.toLowerCase() === customerEmail.toLowerCase();
  }
}

/** An event that is an error: graphql-js takes an Error in the place of a value for the failure of its field. */
const failed = <C>(error: GatewayError, context: C): LiveEvent<C> => ({
  checkoutSessionChanged: error as unknown as SessionChange,
  [EVENT_CONTEXT]: context,
});

type Sent = {
  content: string;
  status: SessionStatus;
  version: SessionVersion;
  /** Whether it could not be seen when it was read last. */
  isHidden: boolean;
};
