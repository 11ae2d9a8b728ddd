import type { ProviderName } from '../../src/checkout/session.ts';
import { readConfig } from '../../src/config.ts';
import { startGateway } from '../../src/gateway.ts';
import type { UpstreamPolicy } from '../../src/upstream/index.ts';
import { recordLog } from './log.ts';

export type GraphQLAnswer<Data = Record<string, unknown>> = {
  data: Data;
  errors?: { message: string; path?: (string | number)[]; extensions: Record<string, unknown> }[];
};

export type TestGateway = {
  url: string;
  /** Lines of the log so far. */
  log: string[];
  ask<Data = Record<string, unknown>>(query: string, variables?: Record<string, unknown>): Promise<GraphQLAnswer<Data>>;
  stop(): Promise<void>;
};

export type ProviderAddress = { baseUrl: string; apiKey: string };

type TestGatewayOptions = {
  providers: Partial<Record<ProviderName, ProviderAddress>>;
  upstreamPolicy?: Partial<UpstreamPolicy>;
  now?: () => number;
  /** @default in memory */
  dataDir?: string;
};

/** The whole gateway on a free port, over real HTTP. */
export async function startTestGateway({ providers, dataDir, ...options }: TestGatewayOptions): Promise<TestGateway> {
  const config = { ...readConfig({ PORT: '0' }), dataDir: dataDir ?? null, providers: withoutEnvironment(providers) };
  const { log, lines } = recordLog();
  const server = await startGateway({ config, log, ...options });
  return {
    url: server.url,
    log: lines,
    async ask<Data>(query: string, variables?: Record<string, unknown>) {
      const response = await fetch(`${server.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query, variables }),
      });
      return (await response.json()) as GraphQLAnswer<Data>;
    },
    stop: () => server.stop(0),
  };
}

const withoutEnvironment = (providers: TestGatewayOptions['providers']) =>
  Object.fromEntries(Object.entries(providers).map(([name, { baseUrl, apiKey }]) => [name, { baseUrl, apiKey }]));
