import type { Failure } from './failure.ts';
import { isModestJson } from './is-modest-json.ts';
import type { Outcome } from './outcome.ts';
import { retryAfterMsOf } from './retry-after.ts';
import type { BodyFault, TransportAnswer } from './transport.ts';

/**
 * What an answer means. The status comes first: a 500 is a 500 whatever is wrong with its body.
 * @param now epoch milliseconds, for a Retry-After that is a date
 */
export function judgeAnswer(answer: TransportAnswer, now: number): Outcome {
  const { status } = answer;
  const byStatus = failureByStatus(answer, now);
  if (byStatus) return { ...byStatus, status };
  if (answer.fault) return { ...BODY_FAULTS[answer.fault], status };
  return status < 300 ? judgeSuccess(answer) : judgeRejection(answer);
}

const BAD_RESPONSE = {
  ok: false,
  code: 'UPSTREAM_BAD_RESPONSE',
  retryable: false,
  again: false,
  evidence: 'failing',
} as const satisfies Failure;

/** What is complete and readable in itself, but not what was asked for, says nothing bad about the next call. */
const UNEXPECTED = { ...BAD_RESPONSE, evidence: 'alive' } as const satisfies Failure;

const BODY_FAULTS = {
  truncated: { ...BAD_RESPONSE, retryable: true, again: true },
  garbled: BAD_RESPONSE,
  'too-large': UNEXPECTED,
} as const satisfies Record<BodyFault, Failure>;

function failureByStatus({ status, headers }: TransportAnswer, now: number): Failure | undefined {
  const again = { ok: false, retryable: true, again: true } as const;
  const retryAfterMs = () => retryAfterMsOf(headers, now);
  switch (status) {
    case 401:
    case 403:
      return { ok: false, code: 'UPSTREAM_AUTH_FAILED', retryable: false, again: false, evidence: 'alive' };
    case 408:
      return { ok: false, code: 'UPSTREAM_ERROR', retryable: true, again: false, evidence: 'alive' };
    case 429:
      return { ...again, code: 'UPSTREAM_RATE_LIMITED', evidence: 'alive', retryAfterMs: retryAfterMs() };
    case 503:
      return { ...again, code: 'UPSTREAM_UNAVAILABLE', evidence: 'failing', retryAfterMs: retryAfterMs() };
  }
  if (status >= 500) return { ...again, code: 'UPSTREAM_ERROR', evidence: 'failing', retryAfterMs: retryAfterMs() };
  // A redirect is not followed: it could take the key to another host.
  if (status >= 300 && status < 400) return UNEXPECTED;
  return undefined;
}

function judgeSuccess({ status, text }: TransportAnswer): Outcome {
  if (status === 204 || text.trim() === '') return { ok: true, answer: { status, body: undefined, text } };
  if (!isModestJson(text)) return { ...UNEXPECTED, status };
  const body = parse(text);
  return body === NOT_JSON ? { ...BAD_RESPONSE, status } : { ok: true, answer: { status, body, text } };
}

/** A 404 with a web page is no word from the API: a proxy, or a wrong base URL. "No such session" it does not mean. */
function judgeRejection({ status, headers, text }: TransportAnswer): Outcome {
  const body = isModestJson(text) ? parse(text) : NOT_JSON;
  if (status === 404 && body === NOT_JSON && isHtml(headers['content-type'], text)) return { ...UNEXPECTED, status };
  return { ok: true, answer: { status, body: body === NOT_JSON ? undefined : body, text } };
}

const NOT_JSON = Symbol('not JSON');

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return NOT_JSON;
  }
}

function isHtml(contentType: unknown, text: string): boolean {
  if (text.trim() === '') return false;
  if (typeof contentType === 'string' && /^\s*(?:text\/html|application\/xhtml)/i.test(contentType)) return true;
  return /^\s*<(?:!doctype\s+html|html|head|body)\b/i.test(text);
}
