import { z } from 'zod';
import type { ChangeAnswer, UserError } from '../../checkout/change.ts';
import type { GatewayError } from '../../checkout/errors.ts';
import type { Log } from '../../telemetry/log.ts';
import type { UpstreamAnswer } from '../../upstream/index.ts';
import { rejected } from '../bad-response.ts';
import { type RefusalCode, userError, WHOLE_INPUT } from '../user-error.ts';
import { list } from '../wire-types.ts';
import { type InputNames, inputPath } from './input-path.ts';

/** What was asked for, as far as it matters to what was wrong with it. */
export type Asked = {
  /** What the properties of its body are called in the input. */
  names: InputNames;
  /** What these names stand below. */
  root: readonly string[];
  /** What names the session; null for a create, which has none yet. */
  session: readonly string[] | null;
};

/** Either is left out now and then. */
const word = z.string().nullish().catch(null);
const single = z.object({ error: z.object({ type: word, code: word, param: word }) });

const MOST_STEPS = 100;
const detail = z
  .object({ loc: list(z.union([z.string(), z.int()]), MOST_STEPS), type: word })
  .catch({ loc: [], type: null });
const several = z.object({ detail: list(detail).refine((details) => details.length > 0) });

type FlexError = z.infer<typeof single>['error'];
type Detail = z.infer<typeof detail>;

/** Types of errors that no change of the input would mend. */
const NOT_OURS_TO_TELL: ReadonlySet<string> = new Set([
  'api_error',
  'authentication_error',
  'permission_error',
  'rate_limit_error',
]);
const MOST_ERRORS = 50;

/**
 * What a refused change means.
 * @throws GatewayError UPSTREAM_ERROR when the caller cannot mend it
 */
export function refusalOf({ status, body }: UpstreamAnswer, asked: Asked, log: Log): ChangeAnswer {
  const details = several.safeParse(body).data?.detail;
  if (details) {
    if (details.some(({ loc }) => loc[0] === 'header')) throw keyRefused(status, log, false);
    return { is: 'REFUSED', errors: distinct(details.slice(0, MOST_ERRORS).map((one) => detailError(one, asked))) };
  }
  const error = single.safeParse(body).data?.error;
  // The first request with this key was another one, or is under way still: that one can have done it.
  if (error?.type === 'idempotency_error') throw keyRefused(status, log, true);
  if (error?.param?.toLowerCase() === 'idempotency-key') throw keyRefused(status, log, false);
  const code = codeOf(status, error, asked);
  // A conflict of no other kind is one with the same request, which is under way still.
  if (code === null) throw rejected('FLEX', status, { mayHaveHappened: status === 409 });
  return { is: 'REFUSED', errors: [userError(code, fieldOf(error, code, asked))] };
}

/** The keys are the gateway's own: what is wrong with one is its bug. */
function keyRefused(status: number, log: Log, mayHaveHappened: boolean): GatewayError {
  log.error({ provider: 'FLEX', status }, 'provider refused the idempotency key of a change: a bug of this gateway');
  return rejected('FLEX', status, { mayHaveHappened });
}

/** Null for what is no mistake of the caller's. */
function codeOf(status: number, error: FlexError | undefined, { session }: Asked): RefusalCode | null {
  if (status === 413) return 'INVALID';
  if (status === 404 && session) return 'NOT_FOUND';
  if (NOT_OURS_TO_TELL.has(error?.type ?? '')) return null;
  // Before the error is looked at: the status says it, also when nothing else does.
  if (status === 402) return 'PAYMENT_DECLINED';
  if (!error || (!error.type && !error.code)) return null;
  const code = error.code ?? '';
  if (error.type === 'card_error' || /declined/.test(code)) return 'PAYMENT_DECLINED';
  if (status === 404 || /(?:_missing|not_found)$/.test(code)) return 'NOT_FOUND';
  if (/unexpected_state$|^charge_already_/.test(code)) return 'INVALID_STATE';
  if (/already_exists$/.test(code)) return 'ALREADY_EXISTS';
  return status === 400 || status === 422 ? 'INVALID' : null;
}

function fieldOf(error: FlexError | undefined, code: RefusalCode, { names, root, session }: Asked): readonly string[] {
  // `line_items[0][price]`, `line_items.0.price`
  const parts = (error?.param ?? '').split(/[.[\]]+/).filter((part) => part !== '');
  const path = inputPath(parts[0] === 'checkout_session' ? parts.slice(1) : parts, names);
  if (path.length > 0) return [...root, ...path];
  if (code === 'PAYMENT_DECLINED' && Object.hasOwn(names, 'payment_method')) {
    return [...root, ...inputPath(['payment_method'], names)];
  }
  return code === 'INVALID' ? WHOLE_INPUT : (session ?? WHOLE_INPUT);
}

function detailError({ loc, type }: Detail, { names, root, session }: Asked): UserError {
  const code = type?.endsWith('not_found') ? 'NOT_FOUND' : 'INVALID';
  const [where, envelope, ...rest] = loc;
  if (where === 'path') return userError(code, session ?? WHOLE_INPUT);
  const path = where === 'body' && envelope === 'checkout_session' ? inputPath(rest, names) : [];
  return userError(code, path.length > 0 ? [...root, ...path] : WHOLE_INPUT);
}

/** A value that may have several forms is wrong in each of them. */
const distinct = (errors: UserError[]): UserError[] => [
  ...new Map(errors.map((error) => [JSON.stringify(error), error])).values(),
];
