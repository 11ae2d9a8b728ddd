import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer } from './api.ts';
import type { CallRecord } from './calls.ts';
import type { Fault } from './faults.ts';
import { BodyTooLarge, type Listener, readBody, splitTarget } from './http.ts';
import type { ProviderSandbox } from './provider.ts';
import type { Stage } from './stage.ts';
import type { ProviderName } from './world.ts';

const NO_BODY = new Set([204, 304]);

const payloadOf = (answer: Answer): string =>
  answer.text ?? (answer.body === undefined ? '' : JSON.stringify(answer.body));

function send(response: ServerResponse, answer: Answer, cut: boolean): void {
  if (response.destroyed) return;
  const payload = Buffer.from(NO_BODY.has(answer.status) ? '' : payloadOf(answer));
  const headers: Record<string, string> = { ...answer.headers };
  if (payload.length > 0) headers['content-type'] ??= 'application/json; charset=utf-8';
  if (!NO_BODY.has(answer.status)) headers['content-length'] = String(payload.length);
  response.writeHead(answer.status, headers);
  if (!cut) {
    response.end(payload);
    return;
  }
  // The half must have left before the socket goes, else the caller would see a reset without any answer.
  response.write(payload.subarray(0, payload.length >> 1), () => response.destroy());
}

/** The answer that a fault of kind `status`, `body` or an early `truncate` puts in the place of the provider's. */
function faultAnswer(fault: Fault, provider: ProviderSandbox): Answer {
  const status = fault.status ?? (fault.kind === 'status' ? 503 : 200);
  const answer: Answer = { status, ...(fault.headers === undefined ? {} : { headers: fault.headers }) };
  if (fault.body !== undefined) {
    return { ...answer, text: typeof fault.body === 'string' ? fault.body : JSON.stringify(fault.body) };
  }
  if (fault.kind === 'body') return { ...answer, text: '' };
  return { ...provider.failure(status, `A fault ordered from the sandbox: ${status}.`), ...answer };
}

/** Answers, or rather does not answer, as the fault wants. */
function strike(
  fault: Fault,
  provider: ProviderSandbox,
  real: Answer | undefined,
  out: ServerResponse,
  log: CallRecord,
): void {
  if (fault.kind === 'hang') return;
  if (fault.kind === 'reset') {
    out.socket?.resetAndDestroy();
    return;
  }
  const answer = fault.kind === 'truncate' && real !== undefined ? real : faultAnswer(fault, provider);
  log.status = answer.status;
  send(out, answer, fault.kind === 'truncate');
}

async function receive(
  request: IncomingMessage,
  response: ServerResponse,
  stage: Stage,
  name: ProviderName,
  log: CallRecord,
): Promise<void> {
  const provider = stage.provider(name);
  const target = splitTarget(request.url ?? '/');
  const rawBody = await readBody(request);
  log.body = rawBody === '' ? undefined : parseOrText(rawBody);
  const fault = stage.faults.take(name, log.method, log.path);
  if (fault !== undefined) log.fault = fault.kind;
  const early = fault?.when === 'before' ? fault : undefined;
  const late = fault?.when === 'after' ? fault : undefined;

  if (early !== undefined) {
    await pause(early, stage.stopped);
    if (early.kind !== 'delay') return strike(early, provider, undefined, response, log);
  }
  const answer = stage.provider(name).answer({ method: log.method, ...target, headers: request.headers, rawBody });
  log.ignored = answer.ignored ?? [];
  if (answer.effect !== undefined) {
    log.effect = answer.effect;
    stage.effects.add(name, answer.effect);
  }
  if (late !== undefined) {
    await pause(late, stage.stopped);
    if (late.kind !== 'delay') return strike(late, provider, answer, response, log);
  }
  log.status = answer.status;
  send(response, answer, false);
}

function parseOrText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

async function pause(fault: Fault, signal: AbortSignal): Promise<void> {
  const ms = fault.delayMs ?? (fault.kind === 'delay' ? 1000 : 0);
  if (ms > 0) await sleep(ms, undefined, { ref: false, signal });
}

/** The HTTP side of one provider: log, faults, body cap. The provider itself answers in plain values. */
export function providerListener(stage: Stage, name: ProviderName): Listener {
  return async (request, response) => {
    stage.tick();
    const { path, query } = splitTarget(request.url ?? '/');
    const at = stage.world.clock.now();
    const calls = stage.calls;
    const log = calls.begin({ provider: name, at, method: request.method ?? 'GET', path, query }, request.headers);
    response.once('close', () => {
      if (!response.writableFinished && log.fault === undefined) log.aborted = true;
      calls.end(name);
    });
    try {
      await receive(request, response, stage, name, log);
    } catch (error) {
      if (!(error instanceof BodyTooLarge)) throw error;
      log.status = 413;
      const refused = stage.provider(name).failure(413, 'The request body is larger than 1 MiB.');
      send(response, { ...refused, headers: { connection: 'close' } }, false);
    }
  };
}
