import type { IncomingMessage } from 'node:http';
import { type AuthenticatedCaller, credentialsOf } from '../auth-callers.ts';
import type { Exchange } from '../route.ts';
import type { Asking, Consumer } from './consumer.ts';
import type { EventStream } from './event-stream.ts';
import type { Gate } from './gate.ts';
import type { Result } from './operation-stream.ts';
import type { Holder } from './shares.ts';

/** One event stream, open or reserved, and who gets it. */
export type Link = {
  token: string | null;
  /** Whom it was made for, as `ownerOf` names it. */
  owner: string;
  /** Whose share of the streams it comes out of. */
  holder: Holder;
  /** Epoch milliseconds: the first of the proofs that it stands on. */
  expiresAt: number;
  consumer: Consumer;
  gate: Gate;
  stream?: EventStream;
  timer?: NodeJS.Timeout;
};

export const askingOf = (
  { request: { headers, socket }, requestId }: Exchange,
  caller: AuthenticatedCaller,
): Asking => ({
  requestId,
  headers,
  address: socket.remoteAddress,
  caller,
});

/**
 * EventSource sends no headers of its own. So the token of a stream, which only its caller was told and which is good for
 * seconds and once, is enough to open that stream, and for nothing else.
 */
export const isBare = (request: IncomingMessage): boolean => Object.keys(credentialsOf(request)).length === 0;

/** Ends a stream when any of the proofs that it stands on expires. */
export function limit(link: Link, { expiresAt = Number.POSITIVE_INFINITY }: AuthenticatedCaller): void {
  link.expiresAt = Math.min(link.expiresAt, expiresAt);
  link.stream?.expiry.limit(link.expiresAt);
}

export async function* oneResult(result: Result, gate: Gate): AsyncGenerator<Result, undefined> {
  gate.take();
  yield result;
}
