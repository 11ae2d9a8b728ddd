import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import type { Log } from '../../telemetry/log.ts';
import type { Metrics } from '../../telemetry/metrics.ts';
import { logBug, withRequestId } from '../error-plugin.ts';
import { kindOf, publicError } from '../public-error.ts';
import { Refusal } from '../refusal.ts';

/** What a subscription can be turned away for beside the errors that POST has. */
type TurnedAwayCode = 'OVERLOADED' | 'BAD_USER_INPUT';

/** A subscription that is not begun. The message is told to the caller. */
export class TurnedAway extends Error {
  override readonly name = 'TurnedAway';
  readonly code: TurnedAwayCode;

  constructor(code: TurnedAwayCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** All that is wrong with a document or its variables. */
export class RequestErrors extends Error {
  override readonly name = 'RequestErrors';
  readonly errors: readonly GraphQLError[];

  constructor(errors: readonly GraphQLError[]) {
    super('a request that cannot be executed');
    this.errors = errors;
  }
}

/** Carries errors that are fit for callers through a library that wants instances of GraphQLError. */
export class FormattedErrors extends GraphQLError {
  readonly formatted: readonly GraphQLFormattedError[];

  constructor(formatted: readonly GraphQLFormattedError[]) {
    super('errors of a subscription');
    this.formatted = formatted;
  }
}

/** The error with the code that Apollo gives it when it comes by POST. */
export const withCode = (error: GraphQLError, code: string): GraphQLError =>
  new GraphQLError(error.message, {
    ...(error.nodes ? { nodes: error.nodes } : { source: error.source, positions: error.positions }),
    extensions: { ...error.extensions, code },
    originalError: error.originalError ?? error,
  });

type Options = { log: Log; metrics: Metrics; introspection: boolean };

/** Makes of errors what callers may see of them, as the answers to POST do: the rest is logged, and all is counted. */
export class PublicErrors {
  readonly #options: Options;

  constructor(options: Options) {
    this.#options = options;
  }

  of(error: unknown, requestId: string): GraphQLFormattedError[] {
    const { log, metrics, introspection } = this.#options;
    if (error instanceof TurnedAway) {
      const extensions = { code: error.code, retryable: error.code === 'OVERLOADED' };
      return withRequestId([{ message: error.message, extensions }], requestId, metrics);
    }
    if (error instanceof Refusal) {
      const { message, extensions } = error;
      return withRequestId([{ message, extensions }], requestId, metrics);
    }
    const errors = error instanceof RequestErrors ? error.errors : [asGraphQLError(error)];
    const logged = new Set<unknown>();
    for (const one of errors) {
      // An error that many fields share, as those of one loader do, is one bug.
      const thrown = one.originalError ?? one;
      if (kindOf(one).is !== 'bug' || logged.has(thrown)) continue;
      logged.add(thrown);
      logBug(log, thrown, requestId, one.path);
    }
    const formatted = errors.map((one) => publicError(one.toJSON(), one, !introspection));
    return withRequestId(formatted, requestId, metrics);
  }
}

function asGraphQLError(error: unknown): GraphQLError {
  if (error instanceof GraphQLError) return error;
  const originalError = error instanceof Error ? error : new Error(String(error));
  return new GraphQLError(originalError.message, { originalError });
}
