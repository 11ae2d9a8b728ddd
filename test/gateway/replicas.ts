import { setTimeout as sleep } from 'node:timers/promises';
import type { ProviderName } from '../../sandbox/index.ts';
import { type GraphQLAnswer, startTestGateway, type TestGateway } from '../helpers/gateway.ts';
import { type RedisServer, startRedis } from '../helpers/redis.ts';
import { startTestSandbox } from '../helpers/sandbox.ts';

/** Milliseconds in which Redis must be seen to be back. */
export const BACK_WITHIN_MS = 3000;

type Sandbox = Awaited<ReturnType<typeof startTestSandbox>>;

type Options = { cacheEncryptionKey?: string; cacheMemoryMiB?: number };

/** Two whole gateways over the same providers and one Redis. */
export type Replicas = {
  sandbox: Sandbox;
  redis: RedisServer;
  a: TestGateway;
  b: TestGateway;
  /** One more. */
  open(): Promise<TestGateway>;
  /** How many calls a provider has had. */
  callsOf(provider: ProviderName): number;
  stop(): Promise<void>;
};

export async function startReplicas(options: Options = {}): Promise<Replicas> {
  const [sandbox, redis] = await Promise.all([startTestSandbox(), startRedis()]);
  const gateways: TestGateway[] = [];
  const open = async () => {
    const settings = { cacheMemoryMiB: 16, ...options, redisUrl: redis.url };
    const gateway = await startTestGateway({ providers: sandbox.addresses, ...settings });
    gateways.push(gateway);
    return gateway;
  };
  const [a, b] = await Promise.all([open(), open()]);
  return {
    sandbox,
    redis,
    a,
    b,
    open,
    callsOf: (provider) => sandbox.control.calls({ provider }).length,
    async stop() {
      await Promise.all(gateways.map((gateway) => gateway.stop()));
      await Promise.all([sandbox.stop(), redis.stop()]);
    },
  };
}

export type Session = { id: string; providerId: string; status: string; isArchived: boolean; fetchedAt: string };

const SESSION = `query ($provider: CheckoutProvider!, $id: String!) {
  s: checkoutSessionByProviderId(provider: $provider, providerId: $id) { id providerId status isArchived fetchedAt }
}`;
const LIST = `query ($filter: CheckoutSessionFilter) {
  l: checkoutSessions(first: 100, filter: $filter) { nodes { id providerId status isArchived fetchedAt } }
}`;
const DELETE = 'mutation ($id: ID!) { d: deleteCheckoutSession(input: { id: $id }) { deletedId } }';

/** @throws Error when the answer has one */
async function dataOf<Data>(answer: Promise<GraphQLAnswer<Data>>): Promise<Data> {
  const { data, errors } = await answer;
  if (errors) throw new Error(JSON.stringify(errors));
  return data;
}

export async function read(gateway: TestGateway, provider: string, id: string): Promise<Session | null> {
  return (await dataOf(gateway.ask<{ s: Session | null }>(SESSION, { provider, id }))).s;
}

export async function list(gateway: TestGateway, filter: Record<string, unknown>): Promise<Session[]> {
  return (await dataOf(gateway.ask<{ l: { nodes: Session[] } }>(LIST, { filter }))).l.nodes;
}

export async function remove(gateway: TestGateway, id: string): Promise<void> {
  await dataOf(gateway.ask(DELETE, { id }));
}

/** What a gateway says of Redis, and with which status. */
export async function readiness(gateway: TestGateway): Promise<{ status: number; redis: string }> {
  const response = await fetch(`${gateway.url}/readyz`);
  const { parts } = (await response.json()) as { parts: { redis: string } };
  return { status: response.status, redis: parts.redis };
}

/** Waits until a gateway relies on Redis. */
export async function isUp(gateway: TestGateway): Promise<void> {
  const end = performance.now() + BACK_WITHIN_MS;
  while ((await readiness(gateway)).redis !== 'up') {
    if (performance.now() > end) throw new Error('Redis has not come back.');
    await sleep(20);
  }
}

/** The words of the log that are about Redis. */
/** What the log says of Redis, but for its channel, which has a connection of its own. */
export const redisLines = ({ log }: TestGateway): string[] =>
  log
    .map((line) => String(JSON.parse(line).msg))
    .filter((words) => words.includes('redis') && !words.includes('redis channel'));

export function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;
}
