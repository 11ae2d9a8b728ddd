import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { ProviderHealth } from '../checkout/provider.ts';
import type { ProviderName } from '../checkout/session.ts';
import { DURATION_BUCKETS } from './duration-buckets.ts';
import { type HttpObservation, httpSeries } from './http-series.ts';
import { type LoadSeries, loadSeries } from './load-series.ts';
import { PREFIX } from './prefix.ts';

/** One attempt of one call to a provider. */
export type UpstreamObservation = {
  provider: ProviderName;
  method: string;
  /** The path with placeholders in the places of ids. */
  route: string;
  /** `ok`, or the error code that the attempt ended with. */
  outcome: string;
  /** 1 for the first. */
  attempt: number;
  seconds: number;
};

/** How a read went: from what is kept, from its provider, from what is kept because the provider failed, or not at all. */
export type ReadOutcome = 'hit' | 'miss' | 'stale' | 'failed';

/** What became of an event that a provider sent. */
export type WebhookOutcome = 'recorded' | 'duplicate' | 'ignored' | 'unreadable' | 'bad_signature' | 'failed';

/** An event that came to a webhook. */
export type WebhookObservation = {
  provider: ProviderName;
  /** The provider's word for what happened; left out when it was not read. */
  type?: string;
  outcome: WebhookOutcome;
};

/** What a subscriber comes by. */
export type Transport = 'ws' | 'sse';

/** Why a consumer of subscriptions was cut off, or not let in. */
export type SubscriptionDrop = 'slow_buffer' | 'slow_flush' | 'no_pong' | 'overloaded';

export type SubscriptionSeries = {
  started(transport: Transport): void;
  ended(transport: Transport): void;
  event(transport: Transport): void;
  dropped(reason: SubscriptionDrop): void;
};

export type HealthReport = () => Partial<Record<ProviderName, ProviderHealth>>;

/** What the gateway counts. Callers hand over an observation; names and labels of series are known here alone. */
export type Metrics = {
  httpRequest(observation: HttpObservation): void;
  graphqlError(code: string): void;
  upstreamCall(observation: UpstreamObservation): void;
  /** One session, list, page or set of line items was read. */
  read(outcome: ReadOutcome): void;
  /** A webhook was called. */
  webhookEvent(observation: WebhookObservation): void;
  subscriptions: SubscriptionSeries;
  load: LoadSeries;
  /** Has the providers' health looked up whenever the metrics are read. */
  watchHealth(report: HealthReport): void;
  /** Has it looked up whenever the metrics are read whether Redis can be relied on. */
  watchRedis(isUp: () => boolean): void;
  /** Everything counted so far in Prometheus' text format. */
  render(): Promise<{ contentType: string; text: string }>;
};

const HEALTH_VALUE = { UP: 1, DEGRADED: 0.5, DOWN: 0 } as const satisfies Record<ProviderHealth, number>;

/** Providers make up new types as they like; each would be a series of its own. */
const WEBHOOK_TYPES: ReadonlySet<string> = new Set([
  ...['initiated', 'completed', 'failed', 'expired', 'refunded'].map((what) => `checkout.session.${what}`),
  'checkout.session.async_payment_succeeded',
  'checkout.session.async_payment_failed',
  'payment_intent.created',
  'payment_intent.succeeded',
  'charge.refunded',
  'charge.refund.updated',
  'refund.created',
  'refund.updated',
  ...['created', 'updated', 'closed', 'funds_withdrawn', 'funds_reinstated'].map((what) => `charge.dispute.${what}`),
  ...['created', 'updated', 'deleted'].map((what) => `customer.subscription.${what}`),
  'subscription.created',
]);

function webhookTypeLabel(type = ''): string {
  const known = type.replace(/^checkout_session\./, 'checkout.session.');
  return WEBHOOK_TYPES.has(known) ? known : 'other';
}

/** Counters of one gateway: each instance has its own registry, so that several can live in one process. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const http = httpSeries(registry);
  const upstream = upstreamSeries(registry);
  const errors = new Counter({
    name: `${PREFIX}_graphql_errors_total`,
    help: 'Errors in GraphQL answers, by code.',
    labelNames: ['code'],
    registers: [registry],
  });
  const reads = new Counter({
    name: `${PREFIX}_cache_reads_total`,
    help: 'Reads of sessions, lists and line items: hit (what is kept), miss (the provider), stale (what is kept, because the provider failed) or failed.',
    labelNames: ['outcome'],
    registers: [registry],
  });
  const reports: HealthReport[] = [];
  registerHealth(registry, reports);
  return {
    httpRequest: http,
    upstreamCall: upstream,
    graphqlError: (code) => errors.inc({ code }),
    read: (outcome) => reads.inc({ outcome }),
    webhookEvent: webhookSeries(registry),
    subscriptions: subscriptionSeries(registry),
    load: loadSeries(registry),
    watchRedis: (isUp) => registerRedis(registry, isUp),
    watchHealth: (report) => reports.push(report),
    render: async () => ({ contentType: registry.contentType, text: await registry.metrics() }),
  };
}

function upstreamSeries(registry: Registry): Metrics['upstreamCall'] {
  const calls = new Counter({
    name: `${PREFIX}_upstream_calls_total`,
    help: 'Attempts of calls to providers, by how they ended.',
    labelNames: ['provider', 'route', 'method', 'outcome'],
    registers: [registry],
  });
  const duration = new Histogram({
    name: `${PREFIX}_upstream_call_duration_seconds`,
    help: 'Duration of one attempt of a call to a provider.',
    labelNames: ['provider', 'route'],
    buckets: DURATION_BUCKETS,
    registers: [registry],
  });
  return ({ provider, method, route, outcome, seconds }) => {
    calls.inc({ provider, route, method, outcome });
    duration.observe({ provider, route }, seconds);
  };
}

function webhookSeries(registry: Registry): Metrics['webhookEvent'] {
  const events = new Counter({
    name: `${PREFIX}_webhook_events_total`,
    help: 'Events that came to webhooks: recorded, duplicate (was recorded before), ignored (nothing to do with checkout sessions), unreadable (signed, but no JSON object), bad_signature or failed (could not be recorded).',
    labelNames: ['provider', 'type', 'outcome'],
    registers: [registry],
  });
  return ({ provider, type, outcome }) => events.inc({ provider, type: webhookTypeLabel(type), outcome });
}

function subscriptionSeries(registry: Registry): SubscriptionSeries {
  const registers = [registry];
  const active = new Gauge({
    name: `${PREFIX}_subscriptions_active`,
    help: 'Subscriptions that run now.',
    labelNames: ['transport'],
    registers,
  });
  const events = new Counter({
    name: `${PREFIX}_subscription_events_total`,
    help: 'Events that were executed for a subscriber.',
    labelNames: ['transport'],
    registers,
  });
  const drops = new Counter({
    name: `${PREFIX}_subscriptions_dropped_total`,
    help: 'Connections with subscriptions that were cut off: slow_buffer, slow_flush (slow consumers), no_pong; or that were not taken, nor were subscriptions: overloaded.',
    labelNames: ['reason'],
    registers,
  });
  return {
    started: (transport) => active.inc({ transport }),
    ended: (transport) => active.dec({ transport }),
    event: (transport) => events.inc({ transport }),
    dropped: (reason) => drops.inc({ reason }),
  };
}

function registerHealth(registry: Registry, reports: readonly HealthReport[]): void {
  new Gauge({
    name: `${PREFIX}_provider_health`,
    help: 'How well a provider has been answering lately: 1 up, 0.5 degraded, 0 down.',
    labelNames: ['provider'],
    registers: [registry],
    collect() {
      this.reset();
      for (const report of reports) {
        for (const [provider, health] of Object.entries(report())) this.set({ provider }, HEALTH_VALUE[health]);
      }
    },
  });
}

function registerRedis(registry: Registry, isUp: () => boolean): void {
  new Gauge({
    name: `${PREFIX}_redis_up`,
    help: 'Whether Redis can be relied on: 1 yes, 0 no. Missing when there is none.',
    registers: [registry],
    collect() {
      this.set(isUp() ? 1 : 0);
    },
  });
}
