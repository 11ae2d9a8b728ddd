import type { OutgoingHttpHeaders } from 'node:http';
import { type Answer, jsonAnswer } from './answer.ts';

type RefusalCode = 'BAD_USER_INPUT' | 'NOT_FOUND' | 'INTERNAL_SERVER_ERROR';

type RefusalOptions = {
  /** @default 'BAD_USER_INPUT' */
  code?: RefusalCode;
  headers?: OutgoingHttpHeaders;
  /** The rest of the request is not read, and the connection ends with the answer. @default false */
  hangUp?: boolean;
};

/** A request that is turned away before GraphQL sees it. The message tells what was expected and what came. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly status: number;
  readonly code: RefusalCode;
  readonly headers: OutgoingHttpHeaders;
  readonly hangUp: boolean;

  constructor(status: number, message: string, options: RefusalOptions = {}) {
    super(message);
    this.status = status;
    this.code = options.code ?? 'BAD_USER_INPUT';
    this.headers = options.headers ?? {};
    this.hangUp = options.hangUp ?? false;
  }
}

/** Has the shape of a GraphQL answer, so that clients have one kind of error to read whatever went wrong. */
export const refusalAnswer = (refusal: Refusal, requestId: string): Answer => ({
  ...jsonAnswer(
    refusal.status,
    { errors: [{ message: refusal.message, extensions: { code: refusal.code, retryable: false, requestId } }] },
    refusal.headers,
  ),
  hangUp: refusal.hangUp,
});
