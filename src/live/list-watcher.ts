import { NO_FILTER } from '../checkout/filter.ts';
import type { Provider } from '../checkout/provider.ts';
import type { CheckoutSession } from '../checkout/session.ts';
import type { SessionStatus } from '../checkout/status.ts';
import { versionOf } from '../checkout/version.ts';
import type { SharedReads } from '../reading/shared-reads.ts';
import type { Log } from '../telemetry/log.ts';
import { contentOf } from './content.ts';
import type { Teller } from './teller.ts';
import type { Turns } from './turns.ts';

/** Looks at the whole lists of providers that do not tell, as long as somebody is subscribed to all sessions. */
export type ListWatcher = {
  /** @returns what ends it */
  watch(): () => void;
  stop(): Promise<void>;
};

type Options = {
  /** Those that do not tell. */
  providers: readonly Provider[];
  reads: SharedReads;
  teller: Teller;
  turns: Turns;
  log: Log;
  /** Epoch milliseconds. */
  now: () => number;
};

/** Milliseconds between two looks. */
const EVERY_MS = 5000;
const LOOK_MS = 3000;

/** What of a session was seen at the last look. */
type Seen = { content: string; status: SessionStatus };

export function startListWatcher({ providers, reads, teller, turns, log, now }: Options): ListWatcher {
  const seen = new Map<Provider, Map<string, Seen>>();
  let subscribers = 0;
  let timer: NodeJS.Timeout | undefined;
  let round = Promise.resolve();
  let isStopped = false;
  let isFailing = false;

  async function lookAt(provider: Provider): Promise<void> {
    if (provider.listing.kind !== 'WHOLE') return;
    const list = provider.listing.plan(NO_FILTER);
    const [isOurs] = await turns.take([`list ${provider.name}`], [EVERY_MS * 0.8]);
    if (!list || !isOurs) return;
    const sessions = await list.readAll({ requestId: 'list watcher', deadline: now() + LOOK_MS });
    const before = seen.get(provider);
    const after = new Map(sessions.map((session) => [session.providerId, seenOf(session)]));
    // Before anything is told, so that what fails below is not news for ever.
    for (const session of before ? sessions : []) {
      const known = before?.get(session.providerId);
      if (known?.content === after.get(session.providerId)?.content) continue;
      await reads.forget(session, versionOf(session));
      await teller.tell(session, 'POLL', known?.status);
    }
    seen.set(provider, after);
  }
  async function look(): Promise<void> {
    const results = await Promise.allSettled(providers.map(lookAt));
    const failed = results.find((result) => result.status === 'rejected');
    if (failed && !isFailing) log.warn({ error: String(failed.reason) }, 'watched lists cannot be read');
    if (!failed && isFailing) log.info('watched lists can be read again');
    isFailing = failed !== undefined;
  }
  function schedule(): void {
    if (timer || isStopped || subscribers === 0) return;
    timer = setTimeout(() => {
      round = look().then(() => {
        timer = undefined;
        if (subscribers === 0) seen.clear();
        schedule();
      });
    }, EVERY_MS).unref();
  }
  return {
    watch() {
      subscribers++;
      if (subscribers === 1) {
        // What is there now is no news, nor what came while nobody was subscribed.
        seen.clear();
        round = round.then(look);
      }
      schedule();
      let isOver = false;
      return () => {
        if (!isOver) subscribers--;
        isOver = true;
      };
    },
    async stop() {
      isStopped = true;
      clearTimeout(timer);
      await round;
    },
  };
}

const seenOf = (session: CheckoutSession): Seen => ({ content: contentOf(session), status: session.status });
