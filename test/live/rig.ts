import { createClient } from 'graphql-ws';
import { expect } from 'vitest';
import { WebSocket } from 'ws';
import { type Sandbox, startSandbox } from '../../sandbox/index.ts';
import { type ProviderAddress, startTestGateway, type TestGateway } from '../helpers/gateway.ts';

export type Settings = Partial<Parameters<typeof startTestGateway>[0]>;

/** Providers that send webhooks, and gateways in front of them. */
export type LiveWorld = {
  sandbox: Sandbox;
  addresses: Record<'FLEXPRICE' | 'METEROID' | 'FLEX', ProviderAddress>;
  /** Puts a session there, of which no webhook tells; gives the provider's id. */
  create(provider: (typeof NAMES)[number], properties?: Record<string, unknown>): string;
  /** Its webhooks go to the first gateway that is started, or to the one that asks for them. */
  start(settings?: Settings & { hears?: boolean }): Promise<TestGateway>;
  close(): Promise<void>;
};

const NAMES = ['flexprice', 'meteroid', 'flex'] as const;

export async function openWorld(options: { sessions?: number } = {}): Promise<LiveWorld> {
  const sandbox = await startSandbox({ sessions: 5, ...options });
  const gateways: TestGateway[] = [];
  const [FLEXPRICE, METEROID, FLEX] = NAMES.map((name) => {
    const { apiKey, baseUrl, webhookSecret } = sandbox.providers[name];
    return { apiKey, baseUrl, webhookSecrets: [webhookSecret] };
  });
  if (!FLEXPRICE || !METEROID || !FLEX) throw new Error('There are three providers.');
  return {
    sandbox,
    addresses: { FLEXPRICE, METEROID, FLEX },
    create(provider, properties = {}) {
      const created = sandbox.control.create({ provider, ...properties });
      return String(created.checkout_session_id ?? created.id);
    },
    async start({ hears = gateways.length === 0, ...settings } = {}) {
      const gateway = await startTestGateway({
        providers: { FLEXPRICE, METEROID, FLEX },
        cacheMemoryMiB: 16,
        ...settings,
      });
      gateways.push(gateway);
      if (hears) {
        for (const provider of NAMES) {
          sandbox.control.webhookTo({ provider, url: `${gateway.url}/webhooks/${provider}` });
        }
      }
      return gateway;
    },
    async close() {
      await Promise.all(gateways.map((gateway) => gateway.stop()));
      await sandbox.stop();
    },
  };
}

export type Change = {
  checkoutSession: { id: string; providerId: string; status: string };
  previousStatus: string | null;
  trigger: string;
  at: string;
};

export type Subscriber = {
  changes: Change[];
  errors: unknown[];
  /** Waits until so many have come, and gives them; fails when they do not. */
  until(count: number, withinMs?: number): Promise<Change[]>;
  stop(): Promise<void>;
};

const SUBSCRIPTION = `subscription ($ids: [ID!], $filter: CheckoutSessionFilter) {
  checkoutSessionChanged(ids: $ids, filter: $filter) {
    checkoutSession { id providerId status } previousStatus trigger at
  }
}`;

/** A client of the real library, over a real WebSocket. */
export function subscribe(
  { url }: Pick<TestGateway, 'url'>,
  variables: { ids?: readonly string[]; filter?: Record<string, unknown> },
  query = SUBSCRIPTION,
): Subscriber {
  const client = createClient({
    url: `${url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    retryAttempts: 5,
  });
  const changes: Change[] = [];
  const errors: unknown[] = [];
  client.subscribe<{ checkoutSessionChanged: Change }>(
    { query, variables },
    {
      next: ({ data, errors: failed }) => {
        if (data) changes.push(data.checkoutSessionChanged);
        if (failed) errors.push(...failed);
      },
      error: (error) => void errors.push(error),
      complete: () => {},
    },
  );
  return {
    changes,
    errors,
    async until(count, withinMs = 5000) {
      await expect.poll(() => changes.length, { timeout: withinMs, interval: 20 }).toBeGreaterThanOrEqual(count);
      return changes;
    },
    stop: async () => client.dispose(),
  };
}
