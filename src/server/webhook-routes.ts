import type { IncomingMessage } from 'node:http';
import { displayName, PROVIDER_NAMES, type ProviderName } from '../checkout/provider-name.ts';
import type { Log } from '../telemetry/log.ts';
import type { Metrics, WebhookOutcome } from '../telemetry/metrics.ts';
import { type Answer, jsonAnswer } from './answer.ts';
import { readRaw } from './body.ts';
import type { WebhookEndpoint } from './options.ts';
import { unavailable } from './overload/unavailable.ts';
import { Refusal } from './refusal.ts';
import type { Exchange, Route } from './route.ts';

/** Bytes. A session with all that hangs on it is some kilobytes. */
const MAX_EVENT_BYTES = 1024 * 1024;

const RETRY_AFTER_SECONDS = 5;

/** Milliseconds. Anybody can send what is turned away, and providers send again what failed: not each time a line. */
const LOG_EVERY_MS = 60_000;

const OUTCOMES = { RECORDED: 'recorded', KNOWN: 'duplicate', IGNORED: 'ignored' } as const;

type WebhookOptions = {
  webhooks?: Readonly<Partial<Record<ProviderName, WebhookEndpoint>>>;
  log: Log;
  metrics: Metrics;
  /** Epoch milliseconds. @default Date.now */
  now?: () => number;
};

/** What the steps of one provider's webhook share. */
type Desk = {
  provider: ProviderName;
  count(outcome: WebhookOutcome, type?: string): void;
  /** Says whether this may be logged now. */
  mayLog(about: string): boolean;
  log: Log;
  bodies: Bodies;
};

/** Bytes. Events have a few thousand. */
const SMALL_EVENT_BYTES = 64 * 1024;
/** Larger bodies at one time at one route: who sent them is known only when they are there. */
const MOST_LARGE = 20;

const TOO_MANY_LARGE = unavailable('There are too many large webhooks now; send it again.');

/** Reads bodies; those of usual events whatever strangers send beside. */
class Bodies {
  #large = 0;

  /** @throws Refusal, ClientGone */
  async read(request: IncomingMessage): Promise<Buffer> {
    if (Number(request.headers['content-length']) <= SMALL_EVENT_BYTES) return readRaw(request, SMALL_EVENT_BYTES);
    if (this.#large >= MOST_LARGE) throw TOO_MANY_LARGE;
    this.#large += 1;
    try {
      return await readRaw(request, MAX_EVENT_BYTES);
    } finally {
      this.#large -= 1;
    }
  }
}

/** `/webhooks/flexprice` and so on: where each provider sends its events. They are taken while the server drains, too. */
export const webhookRoutes = ({ webhooks = {}, ...options }: WebhookOptions): Route[] =>
  PROVIDER_NAMES.map((provider): Route => {
    const desk = deskOf(provider, options);
    return {
      path: `/webhooks/${provider.toLowerCase()}`,
      methods: ['POST'],
      answer: (exchange) => answerEvent(exchange, webhooks[provider], desk),
    };
  });

function deskOf(provider: ProviderName, { log, metrics, now = Date.now }: WebhookOptions): Desk {
  const loggedAt = new Map<string, number>();
  return {
    provider,
    log,
    bodies: new Bodies(),
    count: (outcome, type) => metrics.webhookEvent({ provider, outcome, ...(type !== undefined && { type }) }),
    mayLog(about) {
      const last = loggedAt.get(about);
      if (last !== undefined && now() - last < LOG_EVERY_MS) return false;
      loggedAt.set(about, now());
      return true;
    },
  };
}

/** Nothing is done with a body, and nothing is said about it, before its signature is found to be right. */
async function answerEvent(exchange: Exchange, endpoint: WebhookEndpoint | undefined, desk: Desk): Promise<Answer> {
  if (!endpoint) throw notSet(exchange, desk);
  const { request, requestId } = exchange;
  const rawBody = await desk.bodies.read(request);
  const verification = endpoint.verify(rawBody, request.headersDistinct);
  if (!verification.isGenuine) throw notGenuine(verification.problem, requestId, desk);
  const body = parseObject(rawBody);
  // The provider would send it again for days, and it would never become readable.
  if (!body) return unreadable(requestId, desk);
  const outcome = await receive(endpoint, { eventId: verification.eventId, body }, requestId, desk);
  return jsonAnswer(200, { status: outcome });
}

function notSet({ requestId }: Exchange, { provider, count, mayLog, log }: Desk): Refusal {
  count('bad_signature');
  const setting = `${provider}_WEBHOOK_SECRET`;
  if (mayLog('no secret'))
    log.warn({ requestId, provider }, `a webhook was turned away, because ${setting} is not set`);
  return new Refusal(401, `Webhooks of ${displayName(provider)} are not taken: ${setting} is not set.`, {
    code: 'UNAUTHENTICATED',
    hangUp: true,
  });
}

function notGenuine(problem: string, requestId: string, { provider, count, mayLog, log }: Desk): Refusal {
  count('bad_signature');
  if (mayLog(problem)) log.warn({ requestId, provider, problem }, 'a webhook was turned away for its signature');
  return new Refusal(401, 'The signature of the webhook is missing, wrong, or more than five minutes old.', {
    code: 'UNAUTHENTICATED',
  });
}

function unreadable(requestId: string, { provider, count, mayLog, log }: Desk): Answer {
  count('unreadable');
  if (mayLog('unreadable')) {
    log.error(
      { requestId, provider },
      'an event is no JSON object, although the provider signed it; it is passed over',
    );
  }
  return jsonAnswer(200, { status: 'unreadable' });
}

/**
 * Hands an event on.
 * @throws Refusal with 503 when it was not recorded: the provider then sends it again
 */
async function receive(
  endpoint: WebhookEndpoint,
  event: { eventId: string; body: object },
  requestId: string,
  { provider, count, mayLog, log }: Desk,
): Promise<WebhookOutcome> {
  const type = endpoint.typeOf(event.body);
  try {
    const outcome = OUTCOMES[await endpoint.receive(event)];
    count(outcome, type);
    return outcome;
  } catch (error) {
    count('failed', type);
    const stack = error instanceof Error ? error.stack : String(error);
    if (mayLog('failed')) log.error({ requestId, provider, stack }, 'an event could not be recorded');
    throw new Refusal(503, 'The event could not be recorded now; send it again.', {
      code: 'INTERNAL_SERVER_ERROR',
      retryable: true,
      headers: { 'retry-after': String(RETRY_AFTER_SECONDS) },
    });
  }
}

/** Null for what is no JSON, or no object. */
function parseObject(rawBody: Buffer): object | null {
  try {
    const value: unknown = JSON.parse(rawBody.toString('utf8'));
    return typeof value === 'object' && !Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}
