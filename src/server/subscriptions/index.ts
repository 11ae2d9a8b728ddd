import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { takeAnyone } from '../auth-callers.ts';
import type { Lifecycle } from '../operations-routes.ts';
import type { GraphQLServerOptions } from '../options.ts';
import type { Admission } from '../overload/admission.ts';
import type { Route } from '../route.ts';
import { SubscriptionEngine } from './engine.ts';
import { EventStreams } from './event-streams.ts';
import { limitsOf } from './limits.ts';
import { isWebSocketUpgrade, Upgrades } from './upgrades.ts';
import { WebSockets } from './web-sockets.ts';

/** Everything about subscriptions that the HTTP server has to know. */
export type Subscriptions = {
  routes: readonly Route[];
  /** Whether a request goes to `upgrade` and not to a route. */
  isUpgrade(request: IncomingMessage): boolean;
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Ends every subscription so that its client connects again elsewhere. */
  drain(graceMs: number): Promise<void>;
};

export function createSubscriptions<Context extends object>(
  options: GraphQLServerOptions<Context>,
  lifecycle: Lifecycle,
  admission: Admission,
): Subscriptions {
  const { schema, log, metrics, authenticate = takeAnyone, now = Date.now } = options;
  const limits = limitsOf(options.subscriptions);
  const engine = new SubscriptionEngine(options, limits, admission);
  const webSockets = new WebSockets({ engine, schema, limits, log, metrics, authenticate, now });
  const eventStreams = new EventStreams({ engine, limits, lifecycle, log, metrics, authenticate, admission, now });
  const { allowedOrigins } = options.subscriptions ?? {};
  const upgrades = new Upgrades({ webSockets, lifecycle, metrics, allowedOrigins });
  return {
    routes: [shedding(eventStreams.route, admission)],
    isUpgrade: isWebSocketUpgrade,
    upgrade: (request, socket, head) => upgrades.serve(request, socket, head),
    async drain(graceMs) {
      eventStreams.drain();
      await webSockets.drain(graceMs);
    },
  };
}

/** Who ends a subscription takes load away. */
const shedding = (route: Route, admission: Admission): Route => ({
  ...route,
  refusal: ({ method }) => (method === 'DELETE' ? undefined : admission.refusal()),
});
