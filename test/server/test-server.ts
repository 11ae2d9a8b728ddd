import { makeExecutableSchema } from '@graphql-tools/schema';
import { GraphQLError, GraphQLScalarType, Kind } from 'graphql';
import { onTestFinished } from 'vitest';
import { badUserInput, GatewayError } from '../../src/checkout/errors.ts';
import {
  createServer,
  type GraphQLServer,
  type GraphQLServerOptions,
  type RequestInfo,
} from '../../src/server/index.ts';
import { createLog } from '../../src/telemetry/log.ts';
import { createMetrics, type Metrics } from '../../src/telemetry/metrics.ts';

/** What the test schema's resolvers are given and record. */
type TestContext = { info: RequestInfo; touched: string[]; gate: Promise<void> };

const typeDefs = /* GraphQL */ `
  scalar Even
  enum Colour { RED BLUE }
  type Query {
    hello(name: String! = "world"): String!
    requestId: String!
    deadline: Float!
    even(value: Even): Even
    colour(value: Colour): Colour
    colours(values: [Colour]): [Colour]
    waits: String!
    limited: String
    badInput: String
    coded: String
    bug: String
    impostor: String
    notNull: String!
    twins: [String]
  }
  type Mutation { touch(name: String!): Int! }
`;

function parseEven(value: unknown): number {
  if (typeof value !== 'number') throw new TypeError('Even must be a number.');
  if (value < 0) throw new GraphQLError('Even must not be negative.', { extensions: { code: 'BAD_USER_INPUT' } });
  if (value % 2 !== 0) throw badUserInput(`Expected an even number, got ${value}.`);
  return value;
}

const Even = new GraphQLScalarType({
  name: 'Even',
  parseValue: parseEven,
  parseLiteral: (node) => parseEven(node.kind === Kind.INT ? Number(node.value) : undefined),
});

const secretBug = () => new Error('connect to https://secret.example with key sk_live_1');

const Query = {
  hello: (_: unknown, { name }: { name: string }) => `hello ${name}`,
  requestId: (_: unknown, __: unknown, { info }: TestContext) => info.requestId,
  deadline: (_: unknown, __: unknown, { info }: TestContext) => info.deadline,
  even: (_: unknown, { value }: { value: unknown }) => value,
  colour: (_: unknown, { value }: { value: unknown }) => value,
  colours: (_: unknown, { values }: { values: unknown }) => values,
  waits: (_: unknown, __: unknown, { gate }: TestContext) => gate.then(() => 'done'),
  limited() {
    throw new GatewayError('UPSTREAM_RATE_LIMITED', 'Flex takes no more requests now.', {
      provider: 'FLEX',
      retryable: true,
      retryAfterMs: 1500,
    });
  },
  badInput() {
    throw badUserInput('Expected an id, got nothing.');
  },
  coded() {
    throw new GraphQLError('Not like that.', { extensions: { code: 'BAD_USER_INPUT', secret: 'x' } });
  },
  bug() {
    throw secretBug();
  },
  impostor() {
    throw Object.assign(secretBug(), { extensions: { code: 'BAD_USER_INPUT' } });
  },
  notNull: () => null,
  twins() {
    const shared = secretBug();
    return [shared, shared];
  },
};

const Mutation = {
  touch: (_: unknown, { name }: { name: string }, { touched }: TestContext) => touched.push(name),
};

const schema = makeExecutableSchema({ typeDefs, resolvers: { Even, Query, Mutation } });

export type TestServer = GraphQLServer & {
  metrics: Metrics;
  /** The log so far, a line each. */
  lines: string[];
  /** Names that the mutation was called with. */
  touched: string[];
  /** Lets the query `waits` answer. */
  release(): void;
  post(body: unknown, headers?: Record<string, string>): Promise<Response>;
  /** The errors that a query answers with. */
  errorsOf(query: string, variables?: Record<string, unknown>): Promise<PublicError[]>;
};

export type PublicError = { message: string; path?: string[]; extensions: Record<string, unknown> };

function toBody(body: unknown): string | Uint8Array<ArrayBuffer> {
  if (typeof body === 'string') return body;
  return body instanceof Uint8Array ? new Uint8Array(body) : JSON.stringify(body);
}

/** A gateway server on a free port over a throwaway schema; it is stopped when the test is over. */
export async function startTestServer(overrides: Partial<GraphQLServerOptions<TestContext>> = {}): Promise<TestServer> {
  const lines: string[] = [];
  const touched: string[] = [];
  const metrics = createMetrics();
  const { promise: gate, resolve: release } = Promise.withResolvers<void>();
  const server = await createServer<TestContext>({
    schema,
    createContext: (info) => ({ info, touched, gate }),
    listings: new Map(),
    introspection: true,
    production: false,
    requestDeadlineMs: 5000,
    host: '127.0.0.1',
    port: 0,
    readiness: () => ({}),
    log: createLog({ level: 'info', destination: { write: (line) => lines.push(line) } }),
    metrics,
    ...overrides,
  });
  const stop = () => {
    release();
    return server.stop(100);
  };
  onTestFinished(stop);
  const post = (body: unknown, headers: Record<string, string> = {}) =>
    fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: toBody(body),
    });
  const errorsOf = async (query: string, variables?: Record<string, unknown>) => {
    const response = await post({ query, variables });
    const { errors } = (await response.json()) as { errors?: PublicError[] };
    return errors ?? [];
  };
  return { ...server, metrics, lines, touched, release, post, errorsOf };
}
