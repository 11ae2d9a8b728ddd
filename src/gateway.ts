import { makeExecutableSchema } from '@graphql-tools/schema';
import type { GatewayContext } from '../resolvers/context.ts';
import { resolvers } from '../resolvers/index.ts';
import { oneMoneyMove } from '../resolvers/one-money-move.ts';
import { loadTypeDefs } from '../schema/load.ts';
import { accountsOf, baseUrlOf, cacheAccountsOf } from './accounts.ts';
import { createAuthenticator } from './auth/authenticator.ts';
import { openCache } from './cache/open-cache.ts';
import { CACHE_SCRIPTS } from './cache/scripts.ts';
import { createChanges } from './changing/changes.ts';
import { startRecovery } from './changing/recovery.ts';
import { createSettle } from './changing/settle.ts';
import { ANYONE } from './checkout/caller.ts';
import { GatewayError } from './checkout/errors.ts';
import type { Provider, ProviderHealth } from './checkout/provider.ts';
import { PROVIDER_NAMES, type ProviderName } from './checkout/provider-name.ts';
import type { Config } from './config.ts';
import { openLedgers } from './ledger/open-ledgers.ts';
import { LEDGER_SCRIPTS } from './ledger/redis/scripts.ts';
import { openLive } from './live/open-live.ts';
import { PROVIDERS } from './providers/registry.ts';
import { createRateLimiter } from './rate-limit/create-limiter.ts';
import { RATE_SCRIPTS } from './rate-limit/scripts.ts';
import { createReading } from './reading/index.ts';
import { createRemember } from './reading/remember.ts';
import { createSharedReads } from './reading/shared-reads.ts';
import { createRedisLink } from './redis/create-link.ts';
import type { RedisLink } from './redis/link.ts';
import { contextFactory, REQUEST_DEADLINE_MS } from './request-context.ts';
import { secretsOf } from './secrets.ts';
import { createServer, type GraphQLServer, type GraphQLServerOptions } from './server/index.ts';
import { createLog, type Log } from './telemetry/log.ts';
import { createMetrics, type Metrics, type ReadOutcome } from './telemetry/metrics.ts';
import { createUpstream, DEFAULT_POLICY, type Upstream, type UpstreamPolicy } from './upstream/index.ts';
import { warnOfClearText } from './warn-of-clear-text.ts';

type GatewayOptions = {
  config: Config;
  /** Stands in the explorers when they open. */
  exampleQuery?: string;
  /** Epoch milliseconds. @default Date.now */
  now?: () => number;
  /** @default what docs/operations.md says */
  upstreamPolicy?: Partial<UpstreamPolicy>;
  /** @default JSON lines on standard output */
  log?: Log;
  /** Ends the start, with its reason, as soon as what is being opened is open and closed again. */
  stopping?: AbortSignal;
  /** Tells who asks. @default what the settings say */
  authenticate?: GraphQLServerOptions<GatewayContext>['authenticate'];
};

type Part = { provider: Provider; upstream: Upstream | null };

/** Puts the gateway together and starts it; it serves when the promise resolves. */
export async function startGateway(options: GatewayOptions): Promise<GraphQLServer> {
  const opened = new AsyncDisposableStack();
  try {
    return await assemble(options, opened);
  } catch (error) {
    // What is open would keep the process alive.
    await opened.disposeAsync();
    throw error;
  }
}

/** @param opened gets what has to be closed, the last first, when the gateway stops */
async function assemble(
  { config, exampleQuery, now = Date.now, upstreamPolicy, log, stopping, authenticate }: GatewayOptions,
  opened: AsyncDisposableStack,
): Promise<GraphQLServer> {
  const metrics = createMetrics();
  const gatewayLog = log ?? createLog({ level: config.logLevel, secrets: secretsOf(config) });
  warnOfClearText(config, gatewayLog);
  const parts = PROVIDER_NAMES.map((name) =>
    createPart(name, config, { now, upstreamPolicy, log: gatewayLog, metrics }),
  );
  const health = healthOf(parts);
  const redis = await connectRedis(config, gatewayLog);
  if (redis) {
    opened.defer(() => redis.close());
    metrics.watchRedis(() => redis.isUp);
  }
  stopping?.throwIfAborted();
  const ledger = await openLedgers({
    directory: config.dataDir,
    accounts: accountsOf(config),
    link: redis,
    encryptionKey: config.cacheEncryptionKey ?? null,
    log: gatewayLog,
    now,
  });
  opened.defer(() => ledger.close());
  stopping?.throwIfAborted();
  const enabled = new Map(enabledIn(parts).map(({ provider }) => [provider.name, provider]));
  const remember = createRemember(ledger.sessionIndex, enabled, gatewayLog);
  opened.defer(() => remember.flush());
  for (const { upstream } of parts) opened.defer(() => upstream?.close());
  const cache = await openCache({
    memoryBytes: config.cacheMemoryBytes,
    link: redis,
    encryptionKey: config.cacheEncryptionKey ?? null,
    now,
    log: gatewayLog,
  });
  stopping?.throwIfAborted();
  const fetchMs = upstreamPolicy?.readDeadlineMs ?? DEFAULT_POLICY.readDeadlineMs;
  const reads = createSharedReads({ cache, accounts: cacheAccountsOf(config), fetchMs, now });
  const observe = (outcome: ReadOutcome) => metrics.read(outcome);
  const live = await openLive({
    providers: enabled,
    secrets: (name) => config.providers[name]?.webhookSecrets ?? [],
    ledger,
    accounts: accountsOf(config),
    reads,
    // It finds out what there is; who may see it is looked at for each subscriber.
    createReading: (call) => createReading({ providers: enabled, reads, caller: ANYONE, call, remember, now, observe }),
    redis: redis && config.redisUrl !== undefined ? { link: redis, url: config.redisUrl } : null,
    log: gatewayLog,
    now,
  });
  opened.defer(() => live.close());
  stopping?.throwIfAborted();
  const settle = createSettle({
    reads,
    index: ledger.sessionIndex,
    providers: enabled,
    log: gatewayLog,
    changed: live.changed,
  });
  const { operations } = ledger;
  const changes = createChanges({
    providers: enabled,
    operations,
    settle,
    log: gatewayLog,
    now,
  });
  const recovery = startRecovery({ operations, changes, log: gatewayLog, now });
  opened.defer(() => recovery.stop());
  metrics.watchHealth(() => Object.fromEntries([...enabled.keys()].map((name) => [name, health(name)])));
  const server = await createServer<GatewayContext>({
    schema: makeExecutableSchema({ typeDefs: loadTypeDefs(), resolvers, inheritResolversFromInterfaces: false }),
    createContext: contextFactory({
      parts,
      providers: enabled,
      reads,
      changes,
      live: live.live,
      observe,
      health,
      ledger,
      remember,
      log: gatewayLog,
      now,
    }),
    authenticate: authenticate ?? createAuthenticator({ config: config.auth, log: gatewayLog, now }),
    webhooks: live.webhooks,
    cacheReport: ({ reading }) => reading.report,
    isReplayed: ({ notes }) => notes.isReplayed,
    validationRules: [oneMoneyMove],
    queryLimits: config.queryLimits,
    listings: new Map(Array.from(enabled, ([name, { listing }]) => [name, listing.kind])),
    trustedDocuments: config.trustedDocuments,
    introspection: config.introspection,
    allowedOrigins: config.allowedOrigins,
    hstsMaxAge: config.hstsMaxAge,
    production: config.production,
    requestDeadlineMs: REQUEST_DEADLINE_MS,
    rateLimiter: config.rateLimit
      ? createRateLimiter({
          rate: config.rateLimit,
          link: redis,
          encryptionKey: config.cacheEncryptionKey ?? null,
          log: gatewayLog,
          now,
        })
      : undefined,
    maxConcurrency: config.maxConcurrency,
    shutdownDelayMs: config.shutdownDelayMs,
    host: config.host,
    port: config.port,
    readiness: () => ({
      ...Object.fromEntries(parts.map((part) => [part.provider.name.toLowerCase(), readinessOf(part)])),
      redis: redis ? (redis.isUp ? 'up' : 'down') : 'disabled',
    }),
    log: gatewayLog,
    metrics,
    now,
    ...(exampleQuery !== undefined && { exampleQuery }),
  });
  server.ready();
  return {
    ...server,
    async stop(graceMs) {
      await server.stop(graceMs);
      await opened.disposeAsync();
    },
  };
}

/** Null when there is none to connect to. */
const connectRedis = async ({ redisUrl }: Config, log: Log): Promise<RedisLink | null> =>
  redisUrl === undefined
    ? null
    : createRedisLink({ url: redisUrl, scripts: { ...CACHE_SCRIPTS, ...LEDGER_SCRIPTS, ...RATE_SCRIPTS }, log });

type PartOptions = {
  now: () => number;
  upstreamPolicy: Partial<UpstreamPolicy> | undefined;
  log: Log;
  metrics: Metrics;
};

function createPart(name: ProviderName, config: Config, { now, upstreamPolicy, log, metrics }: PartOptions): Part {
  const settings = config.providers[name];
  const { create } = PROVIDERS[name];
  if (!settings) return { provider: create({ upstream: notEnabled(name), log, now }), upstream: null };
  const upstream = createUpstream({
    provider: name,
    baseUrl: baseUrlOf(name, settings),
    headers: PROVIDERS[name].headers(settings),
    log,
    now,
    observe: (observation) => metrics.upstreamCall(observation),
    ...(upstreamPolicy && { policy: upstreamPolicy }),
  });
  return { provider: create({ upstream, log, now }), upstream };
}

/** Nothing asks a provider that is not enabled; should something do, it must not reach anywhere. */
const notEnabled = (provider: ProviderName): Upstream => ({
  send: () => Promise.reject(new GatewayError('UPSTREAM_UNAVAILABLE', 'This provider is not enabled.', { provider })),
  health: () => 'DOWN',
  close: () => {},
});

const enabledIn = (parts: readonly Part[]): Part[] => parts.filter(({ upstream }) => upstream !== null);

function healthOf(parts: readonly Part[]): (provider: ProviderName) => ProviderHealth {
  const upstreams = new Map(parts.map(({ provider, upstream }) => [provider.name, upstream]));
  return (provider) => upstreams.get(provider)?.health() ?? 'DOWN';
}

const readinessOf = ({ upstream }: Part): string => (upstream ? upstream.health().toLowerCase() : 'disabled');
