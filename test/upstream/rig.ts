import { onTestFinished } from 'vitest';
import { GatewayError } from '../../src/checkout/errors.ts';
import { createLog } from '../../src/telemetry/log.ts';
import {
  createUpstream,
  type Upstream,
  type UpstreamObservation,
  type UpstreamOptions,
  type UpstreamPolicy,
  type UpstreamRequest,
} from '../../src/upstream/index.ts';

/** Short enough for a test, and no waits that chance decides. */
const QUICK: Partial<UpstreamPolicy> = { readDeadlineMs: 2000, changeDeadlineMs: 2000, backoffMs: 10 };

export const KEY = 'sk_live_canary_key';
export const GET = { method: 'GET', path: '/sessions/cs_1', route: '/sessions/{id}', kind: 'read' } as const;
export const POST = { method: 'POST', path: '/sessions', route: '/sessions', kind: 'change', json: { a: 1 } } as const;

export type Rig = {
  upstream: Upstream;
  observations: UpstreamObservation[];
  /** Every line of the log, parsed. */
  lines: Record<string, unknown>[];
  /** Milliseconds that the caller has; an hour unless told. */
  send: (request?: UpstreamRequest, patience?: number) => ReturnType<Upstream['send']>;
  /** The error that sending ends in. */
  fail: (request?: UpstreamRequest, patience?: number) => Promise<GatewayError>;
};

/** An upstream of Flex with its log and observations caught. It ends with the test. */
export function rig(
  baseUrl: string,
  policy: Partial<UpstreamPolicy> = {},
  options: Partial<UpstreamOptions> = {},
): Rig {
  const lines: Record<string, unknown>[] = [];
  const observations: UpstreamObservation[] = [];
  const upstream = createUpstream({
    provider: 'FLEX',
    baseUrl,
    headers: { Authorization: `Bearer ${KEY}` },
    policy: { ...QUICK, ...policy },
    log: createLog({ level: 'debug', destination: { write: (line) => lines.push(JSON.parse(line)) } }),
    observe: (observation) => observations.push(observation),
    random: () => 0.5,
    ...options,
  });
  onTestFinished(() => upstream.close());
  const send: Rig['send'] = (request = GET, patience = 3_600_000) =>
    upstream.send(request, { deadline: Date.now() + patience, requestId: 'req-1' });
  return { upstream, observations, lines, send, fail: (request, patience) => errorOf(send(request, patience)) };
}

async function errorOf(sent: Promise<unknown>): Promise<GatewayError> {
  const error = await sent.then(
    () => 'an answer',
    (reason: unknown) => reason,
  );
  if (error instanceof GatewayError) return error;
  throw new Error(`Expected a GatewayError, got ${String(error)}.`);
}

/** Waits until it is so; for what happens on the other side of a socket. */
export async function eventually(isSo: () => boolean, ms = 3000): Promise<void> {
  for (const end = performance.now() + ms; !isSo(); ) {
    if (performance.now() > end) throw new Error(`Expected within ${ms} ms: ${isSo}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
