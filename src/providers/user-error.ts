import type { ChangeAnswer, UserError, UserErrorCode } from '../checkout/change.ts';

/** The kinds of mistakes that a provider can find; the others are found before it is asked. */
export type RefusalCode = Exclude<UserErrorCode, 'UNSUPPORTED_OPERATION' | 'IDEMPOTENCY_CONFLICT'>;

export const WHOLE_INPUT: readonly string[] = ['input'];
/** What an action's session is named by. */
export const SESSION_ID: readonly string[] = ['input', 'id'];

const SENTENCES = {
  INVALID: 'The provider does not accept this value.',
  NOT_FOUND: 'The provider does not know what this refers to.',
  ALREADY_EXISTS: 'The provider has this already.',
  INVALID_STATE: 'The present status of the checkout session does not allow it; see availableActions.',
  PAYMENT_DECLINED: 'The payment was declined. Another payment method may help.',
} as const satisfies Record<RefusalCode, string>;

const NO_SUCH_SESSION = 'The provider has no such checkout session.';
const NOT_ACCEPTED = 'The provider does not accept this input.';

/**
 * What the caller did wrong, in the gateway's own words: those of the provider may hold ids or what is personal.
 * @param field path in the input, outermost first
 */
export const userError = (code: RefusalCode, field: readonly string[]): UserError => ({
  code,
  message: sentenceFor(code, field),
  field: [...field],
});

function sentenceFor(code: RefusalCode, field: readonly string[]): string {
  if (code === 'NOT_FOUND' && isPath(field, SESSION_ID)) return NO_SUCH_SESSION;
  if (code === 'INVALID' && isPath(field, WHOLE_INPUT)) return NOT_ACCEPTED;
  return SENTENCES[code];
}

const isPath = (path: readonly string[], other: readonly string[]): boolean => path.join('.') === other.join('.');

/** The answer for a change with one mistake. */
export const refused = (code: RefusalCode, field: readonly string[]): ChangeAnswer => ({
  is: 'REFUSED',
  errors: [userError(code, field)],
});
