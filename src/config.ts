import type { AuthConfig } from './auth/authenticator.ts';
import { readAuth } from './auth/read-settings.ts';
import { PROVIDER_NAMES, type ProviderName } from './checkout/provider-name.ts';
import { DEFAULT_RATE, type Rate } from './rate-limit/rate.ts';
import { SettingsReader } from './settings-reader.ts';
import { LOG_LEVELS, type LogLevel } from './telemetry/log.ts';

const MIB = 2 ** 20;
const DEFAULT_CACHE_MIB = 64;
/** Ten years; lists of browsers ask for one or two. */
const MAX_HSTS_SECONDS = 315_360_000;

/** One provider to talk to. */
export type ProviderConfig = {
  apiKey: string;
  /** Without a slash at the end; the provider's public API when it is undefined. */
  baseUrl: string | undefined;
  /** Flexprice only. */
  environmentId?: string | undefined;
  /** What its webhooks are signed with, any of them, as they were set. @default none: its webhooks are turned away */
  webhookSecrets?: readonly string[];
};

export type Config = {
  host: string;
  /** 0 takes any free port. */
  port: number;
  production: boolean;
  logLevel: LogLevel;
  introspection: boolean;
  /** Origins whose pages may ask, or `*` for all. */
  allowedOrigins: readonly string[];
  /** Seconds for which browsers are told to come by TLS only. */
  hstsMaxAge: number | undefined;
  /** How callers prove who they are. */
  auth: AuthConfig;
  /** How often one caller may ask; null when it may as often as it likes. */
  rateLimit: Rate | null;
  /** The most operations at one time; undefined leaves it to the server. */
  maxConcurrency: number | undefined;
  /** Milliseconds from a signal to the moment from which on nothing new is taken. */
  shutdownDelayMs: number;
  /** What documents may be and cost; undefined leaves it to the server. */
  queryLimits: Record<
    'tokens' | 'nameLength' | 'depth' | 'aliases' | 'rootFields' | 'directives' | 'cost',
    number | undefined
  >;
  /** The text of a manifest, whose documents alone may run. */
  trustedDocuments: string | undefined;
  /** The folder of the ledger's file; null keeps the ledger in memory. */
  dataDir: string | null;
  /** Where Redis is; several addresses, separated by commas, are those of a cluster. */
  redisUrl: string | undefined;
  /** 32 bytes; what lies in Redis is encrypted with it. */
  cacheEncryptionKey: Buffer | undefined;
  /** Bytes that cached answers may take in this process. */
  cacheMemoryBytes: number;
  /** Empty means: the sandbox. */
  providers: Partial<Record<ProviderName, ProviderConfig>>;
  /** Texts that must never be shown, whatever happens. */
  secrets: string[];
};

/** Settings that are wrong. The message names each, what was expected and what came, and holds no secret. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/**
 * Reads the settings; an empty one counts as not set.
 * @throws ConfigError that lists everything that is wrong
 */
export function readConfig(environment: NodeJS.ProcessEnv): Config {
  const settings = new SettingsReader(environment);
  const production = isProduction(settings.text('NODE_ENV'));
  const config: Config = {
    host: settings.text('HOST') ?? '127.0.0.1',
    port: settings.integer('PORT', 0, 65_535) ?? 4000,
    production,
    logLevel: settings.choice('LOG_LEVEL', LOG_LEVELS) ?? 'info',
    introspection: settings.flag('INTROSPECTION') ?? !production,
    allowedOrigins: settings.origins('ALLOWED_ORIGINS'),
    hstsMaxAge: settings.integer('HSTS_MAX_AGE', 0, MAX_HSTS_SECONDS),
    auth: readAuth(settings),
    rateLimit: readRateLimit(settings),
    maxConcurrency: settings.integer('MAX_CONCURRENCY', 1, 100_000),
    shutdownDelayMs: settings.integer('SHUTDOWN_DELAY_MS', 0, 60_000) ?? 0,
    queryLimits: readQueryLimits(settings),
    trustedDocuments: settings.fileText('TRUSTED_DOCUMENTS'),
    dataDir: settings.text('DATA_DIR') ?? '.data',
    redisUrl: settings.redisUrl('REDIS_URL'),
    cacheEncryptionKey: settings.base64('CACHE_ENCRYPTION_KEY', 32),
    cacheMemoryBytes: (settings.integer('CACHE_MEMORY_MIB', 0, 65_536) ?? DEFAULT_CACHE_MIB) * MIB,
    providers: readProviders(settings),
    secrets: settings.secrets,
  };
  checkLaterSettings(settings);
  if (production) checkProduction(settings, config);
  if (settings.problems.length > 0) throw new ConfigError(settings.problems.join('\n'));
  return config;
}

/** What is meant for production and not taken for it would be open to all: in doubt it is. */
const isProduction = (value: string | undefined): boolean =>
  ['production', 'prod'].includes(value?.toLowerCase() ?? '');

/** Where callers are not told apart, there is a limit for each address only when somebody wants one: a proxy is one. */
function readRateLimit(settings: SettingsReader): Rate | null {
  const rate = settings.rate('RATE_LIMIT');
  if (rate !== undefined) return rate;
  return (settings.text('AUTH_MODE') ?? 'none') === 'none' ? null : DEFAULT_RATE;
}

function readQueryLimits(settings: SettingsReader): Config['queryLimits'] {
  return {
    // Parsing calls itself for each level: with many more, the stack would end before the document does.
    tokens: settings.integer('QUERY_MAX_TOKENS', 1, 10_000),
    nameLength: settings.integer('QUERY_MAX_NAME_LENGTH', 1, 1000),
    depth: settings.integer('QUERY_MAX_DEPTH', 1, 100),
    aliases: settings.integer('QUERY_MAX_ALIASES', 0, 10_000),
    rootFields: settings.integer('QUERY_MAX_ROOT_FIELDS', 1, 10_000),
    directives: settings.integer('QUERY_MAX_DIRECTIVES', 0, 10_000),
    cost: settings.integer('QUERY_MAX_COST', 1, 1_000_000),
  };
}

function readProviders(settings: SettingsReader): Config['providers'] {
  const providers: Config['providers'] = {};
  for (const provider of PROVIDER_NAMES) {
    const apiKey = settings.secret(`${provider}_API_KEY`);
    const baseUrl = settings.baseUrl(`${provider}_BASE_URL`);
    const environmentId = provider === 'FLEXPRICE' ? settings.headerValue('FLEXPRICE_ENVIRONMENT_ID') : undefined;
    const webhookSecrets = settings.webhookSecrets(`${provider}_WEBHOOK_SECRET`);
    if (apiKey !== undefined) providers[provider] = { apiKey, baseUrl, environmentId, webhookSecrets };
    else {
      for (const part of ['BASE_URL', 'ENVIRONMENT_ID', 'WEBHOOK_SECRET']) {
        settings.needs(`${provider}_${part}`, `${provider}_API_KEY`);
      }
    }
  }
  return providers;
}

/**
 * Settings of what this release does not do yet. Each is looked at all the same: one that promises safety and is
 * silently not kept is worse than no start.
 */
function checkLaterSettings(settings: SettingsReader): void {
  settings.url('OTEL_EXPORTER_OTLP_ENDPOINT', ['http:', 'https:']);
}

function checkProduction(settings: SettingsReader, { providers }: Config): void {
  if (Object.keys(providers).length === 0 && settings.problems.length === 0) {
    settings.problem(
      'FLEXPRICE_API_KEY, METEROID_API_KEY or FLEX_API_KEY',
      'at least one of them when NODE_ENV=production: the sandbox is not for production',
      'none',
    );
  }
  if ((settings.text('AUTH_MODE') ?? 'none') === 'none') {
    settings.problem(
      'AUTH_MODE',
      'api-key or jwt when NODE_ENV=production: anyone could read and change every session',
      'none',
    );
  }
}

/**
 * The environment with what `.env` adds to it; a variable that is set wins over the file.
 * @throws ConfigError when there is a `.env` that cannot be read
 */
export function loadEnvironment(file = '.env'): NodeJS.ProcessEnv {
  try {
    process.loadEnvFile(file);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code !== 'ENOENT') throw new ConfigError(`.env: expected a file that can be read, got ${code}.`);
  }
  return process.env;
}
