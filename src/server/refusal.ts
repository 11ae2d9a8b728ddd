import type { OutgoingHttpHeaders } from 'node:http';
import type { ErrorCode } from '../checkout/errors.ts';
import { type Answer, jsonAnswer } from './answer.ts';

type RefusalCode = ErrorCode | 'NOT_FOUND';

type RefusalOptions = {
  /** @default 'BAD_USER_INPUT' */
  code?: RefusalCode;
  headers?: OutgoingHttpHeaders;
  /** The rest of the request is not read, and the connection ends with the answer. @default false */
  hangUp?: boolean;
  /** Whether the same request may succeed later. @default false */
  retryable?: boolean;
  /** Milliseconds after which trying again makes sense, when that is known. */
  retryAfterMs?: number;
};

/** A request that is turned away before GraphQL sees it. The message tells what was expected and what came. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly status: number;
  readonly code: RefusalCode;
  readonly headers: OutgoingHttpHeaders;
  readonly hangUp: boolean;
  readonly retryable: boolean;
  readonly retryAfterMs: number | undefined;

  constructor(status: number, message: string, options: RefusalOptions = {}) {
    super(message);
    this.status = status;
    this.code = options.code ?? 'BAD_USER_INPUT';
    this.headers = options.headers ?? {};
    this.hangUp = options.hangUp ?? false;
    this.retryable = options.retryable ?? false;
    this.retryAfterMs = options.retryAfterMs;
  }

  /** What callers are told beside the message, but for the request's id. */
  get extensions(): { code: RefusalCode; retryable: boolean; retryAfterMs?: number } {
    const { code, retryable, retryAfterMs } = this;
    return { code, retryable, ...(retryAfterMs !== undefined && { retryAfterMs }) };
  }
}

/** Has the shape of a GraphQL answer, so that clients have one kind of error to read whatever went wrong. */
export function refusalAnswer(refusal: Refusal, requestId: string): Answer {
  const { status, message, extensions, headers, hangUp } = refusal;
  return {
    ...jsonAnswer(status, { errors: [{ message, extensions: { ...extensions, requestId } }] }, headers),
    hangUp,
  };
}
