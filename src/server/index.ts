import { createServer as createHttpServer, type Server } from 'node:http';
import { createApollo, hasSandbox } from './apollo.ts';
import { answerBrokenRequest } from './broken-request.ts';
import { graphiqlRoute } from './graphiql-route.ts';
import { GRAPHQL_PATH, graphqlRoute } from './graphql-route.ts';
import { indexRoute } from './index-route.ts';
import { drainOf, listen, localUrl } from './listen.ts';
import { RequestListener } from './listener.ts';
import { healthRoute, type Lifecycle, metricsRoute, readinessRoute } from './operations-routes.ts';
import type { GraphQLServer, GraphQLServerOptions } from './options.ts';
import type { Route } from './route.ts';
import { createSubscriptions, type Subscriptions } from './subscriptions/index.ts';
import { webhookRoutes } from './webhook-routes.ts';

export type { GraphQLServer, GraphQLServerOptions, RequestInfo, WebhookEndpoint } from './options.ts';

const DEFAULT_GRACE_MS = 10_000;

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
  const apollo = createApollo(options);
  await apollo.start();
  const subscriptions = createSubscriptions(options, lifecycle);
  const routes = [
    graphqlRoute(apollo, options),
    ...subscriptions.routes,
    ...webhookRoutes(options),
    ...serviceRoutes(options, lifecycle),
  ];
  const server = httpServer(new RequestListener(routes, lifecycle, log, metrics), subscriptions, options);
  const drain = drainOf(server);
  const port = await listen(server, host, options.port).catch(async (error: unknown) => {
    await Promise.all([subscriptions.drain(0), apollo.stop()]);
    throw error;
  });
  // Connections that cannot be accepted (too many open files) come here, and must not end the process.
  server.on('error', ({ message }) => log.error({ message }, 'the HTTP server met an error'));
  let stopped: Promise<void> | undefined;
  return {
    url: localUrl(host, port),
    port,
    ready() {
      if (lifecycle.phase === 'starting') lifecycle.phase = 'ready';
    },
    stop(graceMs = DEFAULT_GRACE_MS) {
      lifecycle.phase = 'draining';
      stopped ??= Promise.all([drain(graceMs), subscriptions.drain(graceMs)]).then(() => apollo.stop());
      return stopped;
    },
  };
}

function serviceRoutes<Context extends object>(options: GraphQLServerOptions<Context>, lifecycle: Lifecycle): Route[] {
  const routes = [healthRoute, readinessRoute(lifecycle, options.readiness), metricsRoute(options.metrics)];
  const paths = { graphql: GRAPHQL_PATH, health: '/healthz', readiness: '/readyz', metrics: '/metrics' };
  if (!options.introspection) return [...routes, indexRoute(paths, undefined)];
  const graphiql = graphiqlRoute(options.exampleQuery);
  const explorer = hasSandbox(options) ? GRAPHQL_PATH : graphiql.path;
  return [...routes, graphiql, indexRoute({ ...paths, explorer: graphiql.path }, explorer)];
}

/** Node's own limits against clients that send slowly or never, and its errors answered our way. */
function httpServer(
  listener: RequestListener,
  { isUpgrade, upgrade }: Subscriptions,
  { headersTimeoutMs = 10_000, requestTimeoutMs = 15_000 }: { headersTimeoutMs?: number; requestTimeoutMs?: number },
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
  const serve = listener.serve.bind(listener);
  server.on('request', serve);
  server.on('upgrade', upgrade);
  // Expectations other than 100-continue: ignoring them is allowed, Node's refusal has no body.
  server.on('checkExpectation', serve);
  server.on('clientError', answerBrokenRequest);
  return server;
}
