import type { CallContext, Provider } from '../checkout/provider.ts';
import type { ProviderName } from '../checkout/provider-name.ts';
import type { CheckoutSession } from '../checkout/session.ts';
import type { Ledger, LedgerAccounts } from '../ledger/ledger.ts';
import type { Reading } from '../reading/index.ts';
import type { SharedReads } from '../reading/shared-reads.ts';
import { createRedisChannel } from '../redis/channel.ts';
import type { RedisLink } from '../redis/link.ts';
import type { Log } from '../telemetry/log.ts';
import { createApplyEvent } from './apply-event.ts';
import type { Broker } from './broker.ts';
import { caughtUp } from './caught-up.ts';
import { createFeed } from './feed.ts';
import { startInboxWorker } from './inbox-worker.ts';
import { startListWatcher } from './list-watcher.ts';
import { createLocalBroker } from './local-broker.ts';
import { createMutationNews } from './mutation-news.ts';
import { createRedisBroker, LIVE_CHANNEL } from './redis-broker.ts';
import { createLive, type Live } from './subscribe.ts';
import { createTeller } from './teller.ts';
import { createRedisTurns, OWN_TURNS } from './turns.ts';
import { startWatcher } from './watcher.ts';
import { type WebhookEndpoint, webhookEndpoints } from './webhook-endpoints.ts';

type OpenLiveOptions = {
  /** The enabled ones. */
  providers: ReadonlyMap<ProviderName, Provider>;
  /** What a provider's webhooks are signed with; none when it was not set. */
  secrets: (name: ProviderName) => readonly string[];
  ledger: Ledger;
  accounts: LedgerAccounts;
  reads: SharedReads;
  /** For one event. */
  createReading(call: CallContext): Reading;
  /** Null when there is one process only. */
  redis: { link: RedisLink; url: string } | null;
  log: Log;
  /** Epoch milliseconds. */
  now: () => number;
};

/** The way of an event, from the provider to the subscriber. */
export type OpenLive = {
  live: Live;
  webhooks: Partial<Record<ProviderName, WebhookEndpoint>>;
  /** A client changed a session, shown by the provider's answer when that held it: subscribers are told, and nobody waits. */
  changed(provider: ProviderName, providerId: string, session: CheckoutSession | null): void;
  /** Waits for what is being done, and closes everything. */
  close(): Promise<void>;
};

export async function openLive(options: OpenLiveOptions): Promise<OpenLive> {
  const { providers, secrets, ledger, accounts, reads, createReading, redis, log, now } = options;
  const { broker, closeBroker } = await openBroker(options);
  const teller = createTeller({ states: ledger.toldStates, broker, now });
  const feed = createFeed(broker);
  const turns = redis ? createRedisTurns(redis.link, JSON.stringify(accounts)) : OWN_TURNS;
  const silent = [...providers.values()].filter((provider) => !tells(provider, secrets(provider.name)));
  const watching = { reads, teller, turns, log, now };
  const watcher = startWatcher({ ...watching, providers: new Map(silent.map((each) => [each.name, each])) });
  const listWatcher = startListWatcher({ ...watching, providers: silent });
  const apply = createApplyEvent({ reads, createReading, index: ledger.sessionIndex, teller });
  const worker = startInboxWorker({ inbox: ledger.inbox, providers, apply, log, now });
  const news = createMutationNews({ providers, createReading, teller, broker, log, now });
  return {
    live: createLive({
      feed,
      teller,
      watcher,
      listWatcher,
      caughtUp: async () => (redis ? caughtUp(redis.link) : undefined),
      now,
    }),
    webhooks: webhookEndpoints(providers.values(), secrets, worker),
    changed: news.changed,
    async close() {
      feed.close();
      await Promise.all([watcher.stop(), listWatcher.stop(), worker.stop(), news.settled()]);
      await closeBroker();
    },
  };
}

/** Whether every change of a provider's sessions comes by its webhooks. */
const tells = ({ webhook }: Provider, secrets: readonly string[]): boolean =>
  webhook?.tellsOfSessions === true && secrets.length > 0;

async function openBroker({
  redis,
  accounts,
  log,
}: OpenLiveOptions): Promise<{ broker: Broker; closeBroker: () => Promise<void> }> {
  if (!redis) {
    const broker = createLocalBroker({ log });
    return { broker, closeBroker: () => broker.close() };
  }
  const channel = await createRedisChannel({ ...redis, name: LIVE_CHANNEL, log });
  const broker = createRedisBroker({ channel, accounts, log });
  return {
    broker,
    async closeBroker() {
      await broker.close();
      channel.close();
    },
  };
}
