import { makeExecutableSchema } from '@graphql-tools/schema';
import { expect } from 'vitest';
import { badUserInput, GatewayError } from '../../src/checkout/errors.ts';
import { EVENT_CONTEXT } from '../../src/checkout/event-context.ts';
import type { RequestInfo } from '../../src/server/index.ts';
import { startTestServer, type TestServer } from './test-server.ts';

type Event = { n: number };

/** Events as a gateway gets them, and who listens. */
export class Bus {
  readonly #listeners = new Set<(event: Event) => void>();
  /** How often an end was asked for, by whoever asked. */
  returns = 0;
  /** Events that were taken. */
  pulled = 0;

  get listeners(): number {
    return this.#listeners.size;
  }

  publish(event: Event): void {
    for (const listener of this.#listeners) listener(event);
  }

  source(): AsyncIterableIterator<Event> {
    const bus = this;
    const waiting: Event[] = [];
    let wake: (() => void) | undefined;
    let isOver = false;
    const listener = (event: Event) => {
      waiting.push(event);
      wake?.();
    };
    bus.#listeners.add(listener);
    return {
      async next() {
        while (waiting.length === 0 && !isOver) await new Promise<void>((resolve) => (wake = resolve));
        const event = waiting.shift();
        if (isOver || !event) return { done: true, value: undefined };
        bus.pulled += 1;
        return { done: false, value: event };
      },
      async return() {
        bus.returns += 1;
        isOver = true;
        bus.#listeners.delete(listener);
        wake?.();
        return { done: true, value: undefined };
      },
      [Symbol.asyncIterator]() {
        return this;
      },
    };
  }
}

const typeDefs = /* GraphQL */ `
  type Query { hello: String }
  type Mutation { touch: Int }
  type Event {
    n: Int!
    requestId: String!
    deadline: Float!
    context: Int!
    authorization: String
    limited: String
    bug: String
    text(size: Int!): String!
  }
  type Subscription {
    events(tag: String): Event!
    flood: Event!
    three: Event!
    own: Event!
    limited: Event!
    bug: Event!
    noStream: Event!
    breaks: Event!
    slowToStart: Event!
    limit(n: Int!): Event!
    chosen(ns: [Int!]): Event!
  }
`;

type Context = { info: RequestInfo; touched: string[]; gate: Promise<void>; number: number };

const secretBug = () => new Error('connect to https://secret.example with key sk_live_1');

const limited = () => {
  throw new GatewayError('UPSTREAM_RATE_LIMITED', 'Flex takes no more requests now.', { retryable: true });
};

const bug = () => {
  throw secretBug();
};

const authorizationOf = ({ headers, connectionParams }: RequestInfo) =>
  connectionParams?.authorization ?? headers.authorization ?? null;

function resolversFor(bus: Bus) {
  const field = (subscribe: (root: unknown, args: { n: number }, context: Context) => unknown) => ({
    subscribe,
    resolve: (event: Event) => event,
  });
  return {
    Event: {
      requestId: (_: Event, __: unknown, { info }: Context) => info.requestId,
      deadline: (_: Event, __: unknown, { info }: Context) => info.deadline,
      context: (_: Event, __: unknown, { number }: Context) => number,
      authorization: (_: Event, __: unknown, { info }: Context) => authorizationOf(info),
      limited,
      bug,
      text: (_: Event, { size }: { size: number }) => 'x'.repeat(size),
    },
    Subscription: {
      events: field(() => bus.source()),
      noStream: field(() => 'no stream'),
      flood: field(() => flood(bus)),
      three: field(async function* () {
        for (const n of [1, 2, 3]) yield { n };
      }),
      own: field(async function* (_, __, { info, touched, gate }) {
        yield { n: 1, [EVENT_CONTEXT]: { info, touched, gate, number: 77 } };
        yield { n: 2 };
      }),
      limited: field(limited),
      bug: field(bug),
      breaks: field(async function* () {
        yield { n: 1 };
        throw secretBug();
      }),
      slowToStart: field(async (_, __, { gate }) => {
        await gate;
        return bus.source();
      }),
      chosen: field(() => bus.source()),
      limit: field((_, { n }) => {
        if (n < 0) throw badUserInput('Expected a number above 0.');
        return bus.source();
      }),
    },
  };
}

/** Always has one more. */
function flood(bus: Bus): AsyncIterableIterator<Event> {
  const source = bus.source();
  return {
    ...source,
    async next() {
      bus.pulled += 1;
      return { done: false, value: { n: bus.pulled } };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

export type World = TestServer & {
  bus: Bus;
  wsUrl: string;
  streamUrl: string;
  /** Contexts made so far. */
  contexts: Context[];
  /** A series of the metrics; undefined when it is not there. */
  metric(series: string): Promise<number | undefined>;
};

type Overrides = Parameters<typeof startTestServer>[0];

/** A server whose schema has subscriptions to a bus. */
export async function startWorld(overrides: Overrides = {}): Promise<World> {
  const bus = new Bus();
  const contexts: Context[] = [];
  const { promise: gate, resolve } = Promise.withResolvers<void>();
  const server = await startTestServer({
    schema: makeExecutableSchema({ typeDefs, resolvers: resolversFor(bus) }),
    createContext(info) {
      const context = { info, touched: [], gate, number: contexts.length };
      contexts.push(context);
      return context;
    },
    ...overrides,
  });
  return {
    ...server,
    bus,
    contexts,
    release: resolve,
    wsUrl: `ws://127.0.0.1:${server.port}/graphql`,
    streamUrl: `${server.url}/graphql/stream`,
    async metric(series) {
      const { text } = await server.metrics.render();
      const line = text.split('\n').find((one) => one.startsWith(`checkout_gateway_${series} `));
      return line === undefined ? undefined : Number(line.split(' ').at(-1));
    },
  };
}

/** That a server still answers, and that nobody listens any more. */
export async function expectAlive({ post, bus, metric }: World): Promise<void> {
  expect(await (await post({ query: '{ hello }' })).json()).toEqual({ data: { hello: null } });
  await expect.poll(() => bus.listeners, { timeout: 10_000 }).toBe(0);
  await expect.poll(() => metric('subscriptions_active{transport="ws"}')).toSatisfy((value) => !value);
}

/** That no event stream is left, and nobody listens. */
export async function expectOver({ bus, metric }: World): Promise<void> {
  await expect.poll(() => bus.listeners, { timeout: 10_000 }).toBe(0);
  await expect.poll(() => metric('subscriptions_active{transport="sse"}')).toSatisfy((value) => !value);
}
