import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Log } from '../telemetry/log.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import type { Answer } from './answer.ts';
import { ClientGone } from './body.ts';
import type { Cors } from './cors.ts';
import { logBug } from './error-plugin.ts';
import { hostRefusal } from './host.ts';
import { isGoing, type Lifecycle } from './operations-routes.ts';
import { Refusal, refusalAnswer } from './refusal.ts';
import { requestIdFrom } from './request-id.ts';
import type { Exchange, Route } from './route.ts';
import { send } from './send.ts';
import { isStreamed } from './subscriptions/event-stream.ts';

/** What proxies' logs call a client that went away. */
const CLIENT_GONE_STATUS = 499;

/** What goes on answers whatever they are. */
export type Edge = { cors: Cors; headers: Readonly<Record<string, string>> };

/** Every request comes through here: finds its route, sends what it answers, counts it. */
export class RequestListener {
  readonly #routes: ReadonlyMap<string, Route>;
  readonly #lifecycle: Lifecycle;
  readonly #log: Log;
  readonly #metrics: Metrics;
  readonly #edge: Edge;

  constructor(routes: readonly Route[], lifecycle: Lifecycle, log: Log, metrics: Metrics, edge: Edge) {
    this.#routes = new Map(routes.map((route) => [route.path, route]));
    this.#lifecycle = lifecycle;
    this.#log = log;
    this.#metrics = metrics;
    this.#edge = edge;
  }

  /** Never rejects. */
  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const startedAt = performance.now();
    const [path, search] = splitUrl(request.url ?? '');
    const route = this.#routes.get(path);
    const requestId = requestIdFrom(request.headers['x-request-id']);
    for (const name in this.#edge.headers) response.setHeader(name, this.#edge.headers[name] ?? '');
    const preflight = this.#edge.cors.open(route, request, response);
    const refusal = preflight ? undefined : route?.refusal?.(request);
    const status = refusal
      ? refusal.sendOn(response, requestId, isGoing(this.#lifecycle))
      : this.#send(preflight ?? (await this.#answer(route, { request, requestId, search })), {
          request,
          response,
          requestId,
        });
    const observation = {
      route: route?.path ?? 'other',
      method: request.method ?? '',
      status,
      seconds: (performance.now() - startedAt) / 1000,
    };
    this.#metrics.httpRequest(observation);
    this.#log.debug({ requestId, ...observation }, 'request');
  }

  /** @returns the status, also when nobody was there to be sent one */
  #send(answer: Answer | undefined, to: { request: IncomingMessage; response: ServerResponse; requestId: string }) {
    if (!answer) return CLIENT_GONE_STATUS;
    const isSent = isStreamed(answer)
      ? answer.openOn(to.response, to.requestId)
      : send(answer, { ...to, draining: isGoing(this.#lifecycle) });
    return isSent ? answer.status : CLIENT_GONE_STATUS;
  }

  /** Undefined when nobody waits for an answer any more. */
  async #answer(route: Route | undefined, exchange: Exchange): Promise<Answer | undefined> {
    const { request, requestId } = exchange;
    try {
      const refusal = hostRefusal(request);
      if (refusal) throw refusal;
      if (!route) throw new Refusal(404, 'There is nothing at this path.', { code: 'NOT_FOUND' });
      if (!route.methods.includes(request.method ?? '')) throw methodRefusal(route);
      return await route.answer(exchange);
    } catch (error) {
      if (error instanceof ClientGone) return undefined;
      if (error instanceof Refusal) return refusalAnswer(error, requestId);
      logBug(this.#log, error, requestId);
      return refusalAnswer(bugRefusal(), requestId);
    }
  }
}

/** Not by URL: it throws on some of what clients send, and the path is only compared. */
function splitUrl(url: string): [path: string, search: string] {
  const mark = url.indexOf('?');
  return mark === -1 ? [url, ''] : [url.slice(0, mark), url.slice(mark)];
}

function methodRefusal({ path, methods }: Route): Refusal {
  const allow = methods.join(', ');
  return new Refusal(405, `${path} answers ${allow} only.`, { headers: { allow } });
}

const bugRefusal = () =>
  new Refusal(500, 'Something went wrong inside the gateway.', { code: 'INTERNAL_SERVER_ERROR' });
