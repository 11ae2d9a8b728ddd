import type { IncomingHttpHeaders } from 'node:http';
import type { Effect } from './api.ts';
import type { FaultKind } from './faults.ts';
import type { ProviderName } from './world.ts';

/** Headers worth seeing. Credentials are not among them, so they are never kept. */
const KEPT_HEADERS = [
  'accept',
  'accept-encoding',
  'content-type',
  'idempotency-key',
  'traceparent',
  'user-agent',
  'x-environment-id',
  'x-request-id',
];

const MOST_KEPT = 10_000;

export type CallRecord = {
  number: number;
  provider: ProviderName;
  /** The sandbox's time, ISO. */
  at: string;
  method: string;
  path: string;
  query: Record<string, string>;
  headers: Record<string, string>;
  /** The parsed JSON body, or its text when it is not JSON. */
  body?: unknown;
  /** Null while, or when, nothing was answered. */
  status: number | null;
  effect: Effect | null;
  /** Parameters and properties that the provider does not know. */
  ignored: string[];
  fault?: FaultKind;
  /** The caller went away before the answer. */
  aborted?: true;
};

export type Traffic = { received: number; inFlight: number; mostInFlight: number };

const pickHeaders = (headers: IncomingHttpHeaders): Record<string, string> => {
  const kept: Record<string, string> = {};
  for (const name of KEPT_HEADERS) {
    const value = headers[name];
    if (value !== undefined) kept[name] = String(value);
  }
  return kept;
};

/** The log of what the providers were asked: the last 10,000 calls, and how many there were. */
export class Calls {
  #log: CallRecord[] = [];
  readonly #traffic = new Map<ProviderName, Traffic>();
  #number = 0;

  begin(
    call: { provider: ProviderName; at: number; method: string; path: string; query: URLSearchParams },
    headers: IncomingHttpHeaders,
  ): CallRecord {
    this.#number += 1;
    const record: CallRecord = {
      number: this.#number,
      provider: call.provider,
      at: new Date(call.at).toISOString(),
      method: call.method,
      path: call.path,
      query: Object.fromEntries(call.query),
      headers: pickHeaders(headers),
      status: null,
      effect: null,
      ignored: [],
    };
    this.#log.push(record);
    if (this.#log.length > MOST_KEPT * 2) this.#log = this.#log.slice(-MOST_KEPT);
    const traffic = this.traffic(call.provider);
    traffic.received += 1;
    traffic.inFlight += 1;
    traffic.mostInFlight = Math.max(traffic.mostInFlight, traffic.inFlight);
    return record;
  }

  end(provider: ProviderName): void {
    this.traffic(provider).inFlight -= 1;
  }

  list(provider?: ProviderName): CallRecord[] {
    const kept = this.#log.slice(-MOST_KEPT);
    return provider === undefined ? kept : kept.filter((call) => call.provider === provider);
  }

  traffic(provider: ProviderName): Traffic {
    const found = this.#traffic.get(provider);
    if (found !== undefined) return found;
    const traffic = { received: 0, inFlight: 0, mostInFlight: 0 };
    this.#traffic.set(provider, traffic);
    return traffic;
  }
}
