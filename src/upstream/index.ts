import type { CallContext, ProviderHealth } from '../checkout/provider.ts';
import type { ProviderName } from '../checkout/session.ts';
import type { Log } from '../telemetry/log.ts';
import { Attempts } from './attempts.ts';
import { Circuit } from './circuit.ts';
import { withDeadline } from './deadline.ts';
import { exchange } from './exchange.ts';
import { type Failure, gatewayErrorOf } from './failure.ts';
import { createGotTransport } from './got-transport.ts';
import { TIMEOUT } from './judge-trouble.ts';
import type { UpstreamObservation } from './observation.ts';
import type { Outcome } from './outcome.ts';
import { DEFAULT_POLICY, type UpstreamPolicy } from './policy.ts';
import type { UpstreamAnswer, UpstreamRequest } from './request.ts';
import { Sending } from './sending.ts';
import { baseOf, targetOf } from './target.ts';

export type { UpstreamObservation } from './observation.ts';
export { pathSegment } from './path-segment.ts';
export { DEFAULT_POLICY, type UpstreamPolicy } from './policy.ts';
export type { UpstreamAnswer, UpstreamRequest } from './request.ts';

/** The HTTP API of one provider, with all that keeps its bad days from becoming the gateway's. */
export type Upstream = {
  /**
   * Sends a request and gives the answer, by the deadline of the call or the policy's, whichever is earlier.
   * @throws GatewayError with an UPSTREAM_ code when there is no answer that a provider's client could read; of a
   *   change its `mayHaveHappened` tells whether the provider can have made it all the same
   */
  send(request: UpstreamRequest, call: CallContext): Promise<UpstreamAnswer>;
  /** How the provider has been answering lately. */
  health(): ProviderHealth;
  /** Ends every connection, busy ones too. */
  close(): void;
};

export type UpstreamOptions = {
  provider: ProviderName;
  /** Absolute, http or https; may have a path. */
  baseUrl: string;
  /** Sent with every request: the credentials. */
  headers: Record<string, string>;
  /** @default DEFAULT_POLICY, for what is left out */
  policy?: Partial<UpstreamPolicy>;
  log: Log;
  /** Told of every attempt, for metrics. */
  observe?: (observation: UpstreamObservation) => void;
  /** 0 to 1. @default Math.random */
  random?: () => number;
  /** Epoch milliseconds. @default Date.now */
  now?: () => number;
};

/** @throws TypeError for a base URL that is none */
export function createUpstream(options: UpstreamOptions): Upstream {
  const { provider, log, observe, random = Math.random, now = Date.now } = options;
  const policy = { ...DEFAULT_POLICY, ...options.policy };
  const base = baseOf(options.baseUrl);
  const headers = { accept: 'application/json', ...lowerCased(options.headers) };
  const transport = createGotTransport({ maxSockets: policy.maxInFlight, maxAnswerBytes: policy.maxAnswerBytes });
  const circuit = new Circuit({ provider, policy, log, now });

  const observed = ({ method, route, attempt, seconds }: Sending, outcome: Outcome) =>
    observe?.({ provider, method, route, outcome: resultOf(outcome), attempt, seconds });
  const attempts = new Attempts({
    policy,
    circuit,
    exchange: (sending, signal) => exchange({ transport, now }, sending, signal),
    observe: observed,
    random,
    now,
  });

  return {
    async send(request, call) {
      const target = { url: targetOf(base, request), headers: headersOf(headers, request) };
      const sending = new Sending(request, target, { call, policy, now });
      const late = () => {
        // An attempt on the wire reports itself when it ends; one in the queue never will.
        if (sending.sentAt === undefined) observed(sending, TIMEOUT);
        return TIMEOUT;
      };
      const remainingMs = sending.deadline - sending.startedAt;
      const outcome = await withDeadline<Outcome>(remainingMs, late, (signal) => attempts.make(sending, signal));
      if (outcome.ok) {
        const { status } = outcome.answer;
        if (status >= 400 && status !== 404) {
          const { method, route } = request;
          log.warn({ provider, method, route, status, requestId: call.requestId }, 'provider refused the request');
        }
        return outcome.answer;
      }
      logFailure(log, { provider, sending, requestId: call.requestId, ms: now() - sending.startedAt }, outcome);
      throw gatewayErrorOf(provider, outcome, sending);
    },
    health: () => circuit.health(),
    close: () => transport.close(),
  };
}

function resultOf(outcome: Outcome): UpstreamObservation['outcome'] {
  if (!outcome.ok) return outcome.code;
  return outcome.answer.status < 400 ? 'ok' : 'rejected';
}

function headersOf(base: Record<string, string>, { headers, json }: UpstreamRequest): Record<string, string> {
  const own = headers ? lowerCased(headers) : undefined;
  return { ...base, ...(json !== undefined && { 'content-type': 'application/json' }), ...own };
}

const lowerCased = (headers: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));

type Circumstances = { provider: ProviderName; sending: Sending; requestId: string; ms: number };

/** What operators need, and nothing that could be a secret: no address, query, header or body. */
function logFailure(log: Log, { provider, sending, requestId, ms }: Circumstances, failure: Failure): void {
  const { method, route, attempt } = sending;
  const { code, status, nodeCode } = failure;
  const fields = { provider, method, route, code, status, error: nodeCode, attempts: attempt, ms, requestId };
  // While the circuit is open it has said so once; a line for each call would drown all others.
  if (failure.refused) log.debug(fields, 'provider not asked');
  else log.warn(fields, 'provider did not answer as it should');
}
