import type { Response as LibraryResponse } from 'graphql-sse';
import type { Caller } from '../../checkout/caller.ts';
import { GatewayError } from '../../checkout/errors.ts';
import type { Answer } from '../answer.ts';
import { requireScope } from '../auth-scopes.ts';
import { readJson } from '../body.ts';
import { Refusal } from '../refusal.ts';
import type { Exchange } from '../route.ts';

export const TOKEN_HEADER = 'x-graphql-event-stream-token';

/** In the address for EventSource, which sends no headers of its own. */
export function tokenOf({ request, search }: Exchange): string | undefined {
  const token = request.headers[TOKEN_HEADER] ?? new URLSearchParams(search).get('token');
  return typeof token === 'string' ? token : undefined;
}

export async function readOperation({ request }: Exchange): Promise<Record<string, unknown>> {
  const body = await readJson(request);
  if (typeof body === 'object' && body !== null && !Array.isArray(body)) return body as Record<string, unknown>;
  throw new Refusal(400, 'The body must be a JSON object with a subscription in `query`.');
}

const EVENT_STREAM = /(?:^|[\s,])(?:\*\/\*|text\/\*|text\/event-stream)/i;

export function requireEventStream({ request }: Exchange): void {
  const { accept = '' } = request.headers;
  if (accept.trim() === '' || EVENT_STREAM.test(accept)) return;
  throw new Refusal(406, 'Answers are text/event-stream; accept it.');
}

/** @throws Refusal with 403 */
export function requireScopeToReserve(caller: Caller): void {
  try {
    requireScope(caller, 'subscription');
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    throw new Refusal(403, error.message, { code: error.code });
  }
}

/** What is asked of the library. */
export type Call = { method: string; accept: string; search?: string; body?: Record<string, unknown> };

export function asTheLibraryReads({ method, accept, search = '', body }: Call, path: string) {
  // The type of the body was looked at when it was read, in more spellings than the library knows.
  const headers: Record<string, string> = { accept, 'content-type': 'application/json' };
  return { method, url: `${path}${search}`, headers: { get: (name: string) => headers[name] }, body: body ?? null };
}

/** What the library answers at once; what it finds wrong it says in a message of its own form. */
export function toAnswer([body, { status, headers }]: LibraryResponse): Answer {
  const text = typeof body === 'string' ? body : '';
  if (status < 400) return { status, headers: { ...headers }, body: text };
  throw new Refusal(status, `${messageIn(text)}.`, status === 404 ? { code: 'NOT_FOUND' } : {});
}

function messageIn(text: string): string {
  if (text === '') return 'This request is none of the protocol';
  const { errors }: { errors: { message: string }[] } = JSON.parse(text);
  return errors[0]?.message ?? 'This request is none of the protocol';
}
