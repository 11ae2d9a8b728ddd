import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { GatewayError } from '../../checkout/errors.ts';
import type { LimitName } from './query-limits.ts';

/** How long an answer is, is known only when it is there. */
type Told = LimitName | 'answerLength';

const SENTENCES: Readonly<Record<Told, (allowed: number, got: string) => string>> = {
  tokens: (allowed, got) => `Expected a document of at most ${allowed} tokens, got ${got}.`,
  nameLength: (allowed, got) => `Expected names of at most ${allowed} characters, got ${got}.`,
  depth: (allowed, got) => `Expected fields nested at most ${allowed} deep, got ${got}.`,
  aliases: (allowed, got) => `Expected at most ${allowed} fields that are renamed or repeated, got ${got}.`,
  rootFields: (allowed, got) => `Expected at most ${allowed} fields at the top of an operation, got ${got}.`,
  directives: (allowed, got) => `Expected at most ${allowed} directives, got ${got}.`,
  cost: (allowed, got) => `Expected an operation that costs at most ${allowed} points, got ${got}.`,
  answerLength: (allowed, got) =>
    `Expected to answer with at most ${allowed} characters, got ${got}; ask for fewer sessions or fields.`,
};

/** Stands before the number where there may be more. */
type Precision = '' | 'at least ';

/** What is turned away, with the numbers; a document before anything of it is done. */
class TooComplex extends GatewayError {
  override readonly extensions: Record<string, unknown>;

  constructor(limit: Told, allowed: number, got: number | undefined, precision: Precision) {
    super('QUERY_TOO_COMPLEX', SENTENCES[limit](allowed, got === undefined ? 'more' : `${precision}${got}`));
    this.extensions = {
      code: this.code,
      limit,
      allowed,
      ...(got !== undefined && { got }),
      retryable: false,
    };
  }
}

/** @param got left out where counting ended at the limit */
export function tooComplex(limit: LimitName, allowed: number, got?: number, precision: Precision = ''): GraphQLError {
  // JSON has no Infinity, and fragments that multiply get there.
  const shown = got === undefined ? undefined : Math.min(Math.ceil(got), Number.MAX_SAFE_INTEGER);
  const originalError = new TooComplex(limit, allowed, shown, precision);
  const { message, extensions } = originalError;
  return new GraphQLError(message, { originalError, extensions: { ...extensions, http: { status: 400 } } });
}

/** A query that has been answered with more than may be sent. */
export function tooLargeAnswer(allowed: number): GraphQLFormattedError {
  const { message, extensions } = new TooComplex('answerLength', allowed, undefined, '');
  return { message, extensions };
}
