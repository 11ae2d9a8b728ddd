import { ANYONE, type Caller } from '../../src/checkout/caller.ts';
import type { ProviderName } from '../../src/checkout/session.ts';
import { readConfig } from '../../src/config.ts';
import { startGateway } from '../../src/gateway.ts';
import type { UpstreamPolicy } from '../../src/upstream/index.ts';
import { recordLog } from './log.ts';

export type GraphQLAnswer<Data = Record<string, unknown>> = {
  data: Data;
  extensions?: Record<string, unknown>;
  errors?: { message: string; path?: (string | number)[]; extensions: Record<string, unknown> }[];
};

export type TestGateway = {
  url: string;
  /** Lines of the log so far. */
  log: string[];
  ask<Data = Record<string, unknown>>(query: string, variables?: Record<string, unknown>): Promise<GraphQLAnswer<Data>>;
  /** The answer with its HTTP headers. */
  post(
    query: string,
    variables?: Record<string, unknown>,
    headers?: Record<string, string>,
  ): Promise<{ answer: GraphQLAnswer; headers: Headers }>;
  /** The same gateway, asked by one of `callers`. */
  as(token: string): TestGateway;
  stop(): Promise<void>;
};

/** Without secrets its webhooks are turned away. */
export type ProviderAddress = { baseUrl: string; apiKey: string; webhookSecrets?: readonly string[] };

type TestGatewayOptions = {
  providers: Partial<Record<ProviderName, ProviderAddress>>;
  upstreamPolicy?: Partial<UpstreamPolicy>;
  now?: () => number;
  /** @default in memory */
  dataDir?: string;
  /** @default none, so that each read shows what a test has just done to its providers */
  cacheMemoryMiB?: number;
  redisUrl?: string;
  /** 32 bytes in base64. */
  cacheEncryptionKey?: string;
  /** Who shows `authorization: Bearer <name>`, by that name; the others are ANYONE. @default callers are not told apart */
  callers?: Readonly<Record<string, Caller>>;
};

type Authenticate = NonNullable<Parameters<typeof startGateway>[0]['authenticate']>;

/** The whole gateway on a free port, over real HTTP. */
export async function startTestGateway({
  providers,
  dataDir,
  cacheMemoryMiB = 0,
  redisUrl,
  cacheEncryptionKey,
  callers,
  ...options
}: TestGatewayOptions): Promise<TestGateway> {
  const settings = readConfig({
    PORT: '0',
    CACHE_MEMORY_MIB: String(cacheMemoryMiB),
    REDIS_URL: redisUrl,
    CACHE_ENCRYPTION_KEY: cacheEncryptionKey,
  });
  const config = { ...settings, dataDir: dataDir ?? null, providers: withoutEnvironment(providers) };
  const { log, lines } = recordLog();
  const server = await startGateway({ config, log, ...options, ...(callers && { authenticate: by(callers) }) });
  const post: TestGateway['post'] = async (query, variables, headers) => {
    const response = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ query, variables }),
    });
    return { answer: (await response.json()) as GraphQLAnswer, headers: response.headers };
  };
  const askedWith = (own: Record<string, string>): TestGateway => ({
    url: server.url,
    log: lines,
    post: (query, variables, headers) => post(query, variables, { ...own, ...headers }),
    ask: async <Data>(query: string, variables?: Record<string, unknown>) =>
      (await post(query, variables, own)).answer as GraphQLAnswer<Data>,
    as: (token) => askedWith({ authorization: `Bearer ${token}` }),
    stop: () => server.stop(0),
  });
  return askedWith({});
}

const by =
  (callers: Readonly<Record<string, Caller>>): Authenticate =>
  async ({ headers, connectionParams }) => {
    const shown = String(connectionParams?.authorization ?? headers.authorization?.[0] ?? '');
    return callers[shown.replace(/^Bearer /, '')] ?? ANYONE;
  };

const withoutEnvironment = (providers: TestGatewayOptions['providers']) =>
  Object.fromEntries(
    Object.entries(providers).map(([name, { baseUrl, apiKey, webhookSecrets = [] }]) => [
      name,
      { baseUrl, apiKey, webhookSecrets },
    ]),
  );
