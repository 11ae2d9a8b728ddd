import { createServer as createHttpServer, type RequestListener as Serve, type Server } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { AnswerSizes } from './answer-sizes.ts';
import { createApollo, hasSandbox } from './apollo.ts';
import { type CallersOfRequests, scopePlugin } from './auth-scopes.ts';
import { answerBrokenRequest, refuseTunnel } from './broken-request.ts';
import { Cors, webSocketOrigins } from './cors.ts';
import { graphiqlRoute } from './graphiql-route.ts';
import { GRAPHQL_PATH, graphqlRoute } from './graphql-route.ts';
import { transportSecurity } from './headers.ts';
import { indexRoute } from './index-route.ts';
import { doorIsEmpty, drainOf, listen, localUrl } from './listen.ts';
import { type Edge, RequestListener } from './listener.ts';
import { healthRoute, type Lifecycle, metricsRoute, readinessRoute } from './operations-routes.ts';
import type { GraphQLServer, GraphQLServerOptions } from './options.ts';
import { Admission } from './overload/admission.ts';
import { UnderWay } from './overload/under-way.ts';
import type { Route } from './route.ts';
import { createSubscriptions, type Subscriptions } from './subscriptions/index.ts';
import { webhookRoutes } from './webhook-routes.ts';

export { hasSandbox } from './apollo.ts';
export type { GraphQLServer, GraphQLServerOptions, RequestInfo, WebhookEndpoint } from './options.ts';

/** Milliseconds for an answer to get out when the time for its request is over. */
const ANSWER_MS = 1000;

/** Milliseconds. Longer than load balancers keep theirs (60 s), so that they are the ones to close. */
const KEEP_ALIVE_MS = 65_000;

/**
 * Starts the HTTP server; it listens when the promise resolves.
 *
 * @throws Error with a sentence that names the setting, when it cannot listen
 */
export async function createServer<Context extends object>(
  options: GraphQLServerOptions<Context>,
): Promise<GraphQLServer> {
  const { log, metrics, host } = options;
  const lifecycle: Lifecycle = { phase: 'starting' };
  const callers: CallersOfRequests = new WeakMap();
  const answerSizes = new AnswerSizes(callers);
  const apollo = createApollo(options, callers, answerSizes);
  apollo.addPlugin(scopePlugin<Context>(callers));
  await apollo.start();
  const admission = new Admission({ ...options, lifecycle });
  const subscriptions = createSubscriptions(withOrigins(options), lifecycle, admission);
  const routes = [
    graphqlRoute(apollo, options, admission, callers, answerSizes),
    ...subscriptions.routes,
    ...webhookRoutes(options),
    ...serviceRoutes(options, lifecycle),
  ];
  const listener = new RequestListener(routes, lifecycle, log, metrics, edgeOf(options, subscriptions));
  const underWay = new UnderWay();
  const serve: Serve = (request, response) => void underWay.track(listener.serve(request, response));
  const server = httpServer(serve, subscriptions, options);
  server.on('connection', () => admission.connected());
  const drain = drainOf(server);
  const port = await listen(server, host, options.port).catch(async (error: unknown) => {
    await Promise.all([subscriptions.drain(0), apollo.stop()]);
    throw error;
  });
  // Connections that cannot be accepted (too many open files) come here, and must not end the process.
  server.on('error', ({ message }) => log.error({ message }, 'the HTTP server met an error'));
  const stop = async (graceMs: number) => {
    await announceStop(lifecycle, options.shutdownDelayMs);
    await admission.hold(doorIsEmpty(server));
    lifecycle.phase = 'draining';
    await Promise.all([drain(graceMs), subscriptions.drain(graceMs), underWay.none(graceMs)]);
    await apollo.stop();
  };
  let stopped: Promise<void> | undefined;
  return {
    url: localUrl(host, port),
    port,
    ready() {
      if (lifecycle.phase === 'starting') lifecycle.phase = 'ready';
    },
    stop(graceMs = options.requestDeadlineMs + ANSWER_MS) {
      stopped ??= stop(graceMs);
      return stopped;
    },
  };
}

/** Load balancers go on sending until they have asked /readyz again: they get the time for it. */
async function announceStop(lifecycle: Lifecycle, delayMs = 0): Promise<void> {
  lifecycle.phase = 'leaving';
  if (delayMs > 0) await sleep(delayMs);
}

const withOrigins = <Context extends object>(options: GraphQLServerOptions<Context>): typeof options => ({
  ...options,
  subscriptions: { allowedOrigins: webSocketOrigins(options.allowedOrigins), ...options.subscriptions },
});

const edgeOf = <Context extends object>(options: GraphQLServerOptions<Context>, { routes }: Subscriptions): Edge => ({
  cors: new Cors({
    allowedOrigins: options.allowedOrigins,
    paths: [GRAPHQL_PATH, ...routes.map(({ path }) => path)],
  }),
  headers: transportSecurity(options.hstsMaxAge),
});

function serviceRoutes<Context extends object>(options: GraphQLServerOptions<Context>, lifecycle: Lifecycle): Route[] {
  const routes = [healthRoute, readinessRoute(lifecycle, options.readiness), metricsRoute(options.metrics)];
  const paths = { graphql: GRAPHQL_PATH, health: '/healthz', readiness: '/readyz', metrics: '/metrics' };
  if (!options.introspection) return [...routes, indexRoute(paths, undefined)];
  const graphiql = graphiqlRoute(options.exampleQuery);
  const explorer = hasSandbox(options) ? GRAPHQL_PATH : graphiql.path;
  return [...routes, graphiql, indexRoute({ ...paths, explorer: graphiql.path }, explorer)];
}

/** Milliseconds in which nothing moves on a connection that has sent a request; longer than any is worked on. */
const STALL_MS = 30_000;

/** Node's own limits against clients that send or read slowly or never, and its errors answered our way. */
function httpServer(
  serve: Serve,
  { isUpgrade, upgrade }: Subscriptions,
  {
    headersTimeoutMs = 10_000,
    requestTimeoutMs = 15_000,
    stallTimeoutMs = STALL_MS,
  }: Pick<GraphQLServerOptions<object>, 'headersTimeoutMs' | 'requestTimeoutMs' | 'stallTimeoutMs'>,
): Server {
  const server = createHttpServer({
    headersTimeout: headersTimeoutMs,
    requestTimeout: requestTimeoutMs,
    keepAliveTimeout: KEEP_ALIVE_MS,
    // Timeouts are only as exact as this; the default is 30 seconds.
    connectionsCheckingInterval: Math.min(1000, headersTimeoutMs),
    // Node's refusal has no body; the listener's has.
    requireHostHeader: false,
    shouldUpgradeCallback: isUpgrade,
  });
  // Also who reads slowly has its answer, for what Node looks at is whether more of it has gone out.
  server.timeout = stallTimeoutMs;
  server.on('request', serve);
  server.on('upgrade', upgrade);
  // Expectations other than 100-continue: ignoring them is allowed, Node's refusal has no body.
  server.on('checkExpectation', serve);
  server.on('clientError', answerBrokenRequest);
  server.on('connect', refuseTunnel);
  return server;
}
