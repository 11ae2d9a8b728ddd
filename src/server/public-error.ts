import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { GatewayError } from '../checkout/errors.ts';

/** What an error is to the caller. `bug` is everything that nobody foresaw: the caller learns nothing of it. */
export type ErrorKind = { is: 'gateway'; error: GatewayError } | { is: 'callers'; code: string } | { is: 'bug' };

/** Apollo's codes for what is wrong with a request, and ours in their places. */
const CALLERS_CODES: ReadonlyMap<unknown, string> = new Map([
  ['GRAPHQL_PARSE_FAILED', 'GRAPHQL_PARSE_FAILED'],
  ['GRAPHQL_VALIDATION_FAILED', 'GRAPHQL_VALIDATION_FAILED'],
  ['PERSISTED_QUERY_NOT_FOUND', 'PERSISTED_QUERY_NOT_FOUND'],
  ['BAD_USER_INPUT', 'BAD_USER_INPUT'],
  ['BAD_REQUEST', 'BAD_USER_INPUT'],
  ['OPERATION_RESOLUTION_FAILURE', 'BAD_USER_INPUT'],
]);

// Apollo goes on to tell how to change its source code.
const APOLLO_ON_INTROSPECTION = 'GraphQL introspection is not allowed';

const BUG_MESSAGE = 'Something went wrong inside the gateway.';

/** An error and what it was made from, outermost first: graphql-js and Apollo each wrap what they are given. */
function chainOf(error: unknown): Error[] {
  const chain: Error[] = [];
  for (let next = error; next instanceof Error; next = next instanceof GraphQLError ? next.originalError : undefined) {
    chain.push(next);
  }
  return chain;
}

export function kindOf(error: unknown): ErrorKind {
  const chain = chainOf(error);
  const gatewayError = chain.find((link) => link instanceof GatewayError);
  if (gatewayError) return { is: 'gateway', error: gatewayError };
  const code = callersCode(chain);
  return code === undefined ? { is: 'bug' } : { is: 'callers', code };
}

function callersCode(chain: readonly Error[]): string | undefined {
  const [outermost] = chain;
  if (!(outermost instanceof GraphQLError)) return undefined;
  const links = chain.filter((link) => link instanceof GraphQLError);
  // What a resolver throws is ours to answer for, unless it is a GraphQLError all the way down: a library's error may
  // have an `extensions.code` too.
  if (outermost.path && links.length < chain.length) return undefined;
  // Validation gives its own code to what a scalar said of a literal; the same words about a variable are BAD_USER_INPUT.
  if (links.some((link) => link.extensions.code === 'BAD_USER_INPUT')) return 'BAD_USER_INPUT';
  return CALLERS_CODES.get(outermost.extensions.code) ?? (isUncodedMistake(outermost) ? 'BAD_USER_INPUT' : undefined);
}

/** Of graphql-js, about the request as a whole. The second stands for the wrong variables after the fiftieth. */
const UNCODED_SENTENCES = ['Schema is not configured to execute', 'Too many errors processing variables'];

/** Callers' mistakes that graphql-js (an argument's null that came by a variable) and Apollo (hashes) give no code. */
function isUncodedMistake({ message, path, extensions }: GraphQLError): boolean {
  if (extensions.code !== undefined) return false;
  // Without a path it is of a directive at the top.
  if (message.startsWith('Argument "')) return true;
  return !path && (extensions.http !== undefined || UNCODED_SENTENCES.some((sentence) => message.startsWith(sentence)));
}

/** "Did you mean" tells names of the schema to who guesses. */
function withoutSuggestion(message: string): string {
  // Not by a regular expression: a message quotes what came, and one full of these words would take it seconds.
  const at = message.lastIndexOf('Did you mean ');
  return at === -1 || !message.endsWith('?') ? message : message.slice(0, at).trimEnd();
}

/** Characters of a message before and after what is left out. */
const MESSAGE_HEAD = 300;
const MESSAGE_TAIL = 200;

/**
 * graphql-js quotes the whole of a wrong value, in up to fifty errors. The middle goes: what is wrong stands behind the
 * value.
 */
function withinLength(message: string): string {
  if (message.length <= MESSAGE_HEAD + MESSAGE_TAIL) return message;
  // No half of a surrogate pair is left at either end.
  const head = message.slice(0, MESSAGE_HEAD).replace(/[\uD800-\uDBFF]$/, '');
  const tail = message.slice(-MESSAGE_TAIL).replace(/^[\uDC00-\uDFFF]/, '');
  return `${head}…${tail}`;
}

/** The error as the caller sees it, but for the request's id, which is not known where Apollo formats errors. */
export function publicError(formatted: GraphQLFormattedError, error: unknown, hideSchema: boolean) {
  const kind = kindOf(error);
  const { locations, path } = formatted;
  return {
    message: withinLength(publicMessage(kind, formatted.message, error, hideSchema)),
    ...(locations && { locations }),
    ...(path && { path }),
    extensions: publicExtensions(kind),
  };
}

function publicMessage(kind: ErrorKind, message: string, error: unknown, hideSchema: boolean): string {
  if (kind.is === 'bug') return BUG_MESSAGE;
  // Without a place in the document it comes from the making of the context, where Apollo puts words before it.
  if (kind.is === 'gateway') return error instanceof GraphQLError && error.nodes ? message : kind.error.message;
  if (chainOf(error).some((link) => link instanceof RangeError)) return 'The document is nested too deeply.';
  if (message.startsWith(APOLLO_ON_INTROSPECTION))
    return 'This gateway does not show its schema (INTROSPECTION is off).';
  return hideSchema ? withoutSuggestion(message) : message;
}

function publicExtensions(kind: ErrorKind): Record<string, unknown> {
  if (kind.is === 'bug') return { code: 'INTERNAL_SERVER_ERROR', retryable: false };
  if (kind.is === 'callers') return { code: kind.code, retryable: false };
  return kind.error.extensions;
}
