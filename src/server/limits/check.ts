import {
  type DocumentNode,
  type FragmentDefinitionNode,
  GraphQLError,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  parse,
} from 'graphql';
import { costOf } from './cost.ts';
import { countTokens } from './count-tokens.ts';
import { longestName } from './longest-name.ts';
import { checkoutPrices, type Listed } from './prices.ts';
import { FIELD_POINTS, INTROSPECTION_DEPTH, type LimitName, type QueryLimits } from './query-limits.ts';
import { shapeOf } from './shape.ts';
import { tooComplex } from './too-complex.ts';

/** Of graphql-js, which gives it no code. Nothing of the document stands before it. */
const TOO_MANY_TOKENS = /^Syntax Error: Document contains more th\w+ \d+ tokens/;

/** Tokens over the limit that are still counted to be told: a few milliseconds, where a whole body would take ten times that. */
const COUNTED_BEYOND = 20_000;

/**
 * @throws GraphQLError with QUERY_TOO_COMPLEX for too many tokens, and whatever the parser throws
 */
export function parseWithin(text: string, limits: QueryLimits, options: { noLocation?: boolean } = {}): DocumentNode {
  try {
    return parse(text, { ...options, maxTokens: limits.tokens });
  } catch (error) {
    const isTooLong = error instanceof GraphQLError && TOO_MANY_TOKENS.test(error.message);
    throw isTooLong ? tooManyTokens(text, limits.tokens) : error;
  }
}

function tooManyTokens(text: string, allowed: number): GraphQLError {
  const { count, isAll } = countTokens(text, allowed + COUNTED_BEYOND);
  return tooComplex('tokens', allowed, count, isAll ? '' : 'at least ');
}

/**
 * To be called before validation, which takes a multiple of the time that the document took to be parsed when it holds
 * many fields of one name, or fragments that use one another.
 *
 * @throws GraphQLError
 */
export function checkShape(document: DocumentNode, limits: QueryLimits): void {
  requireWithin('nameLength', longestName(document), limits);
  const shape = measured(() => shapeOf(document), limits);
  if (shape.cycle !== undefined) {
    throw new GraphQLError(`Cannot spread fragment "${shape.cycle}" within itself.`, {
      extensions: { code: 'GRAPHQL_VALIDATION_FAILED', http: { status: 400 } },
    });
  }
  requireWithin('depth', shape.depth, limits);
  requireWithin('depth', shape.introspectionDepth, { depth: Math.max(INTROSPECTION_DEPTH, limits.depth) });
  requireWithin('aliases', shape.aliases, limits);
  requireWithin('rootFields', shape.rootFields, limits);
  requireWithin('directives', shape.directives, limits);
  requireWithin('cost', shape.fields * FIELD_POINTS, limits);
}

function measured<Result>(measure: () => Result, limits: QueryLimits): Result {
  try {
    return measure();
  } catch (error) {
    // The stack ends before the document does.
    throw error instanceof RangeError ? tooComplex('depth', limits.depth) : error;
  }
}

function requireWithin<Name extends LimitName>(limit: Name, got: number, limits: Readonly<Record<Name, number>>): void {
  if (got > limits[limit]) throw tooComplex(limit, limits[limit], got);
}

type Operation = {
  schema: GraphQLSchema;
  /** Valid. */
  document: DocumentNode;
  operation: OperationDefinitionNode;
  variables?: Readonly<Record<string, unknown>> | null | undefined;
};

/** @throws GraphQLError with QUERY_TOO_COMPLEX */
export function checkCost({ document, ...rest }: Operation, limits: QueryLimits, listed: Listed): void {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  const { points } = measured(() => costOf({ ...rest, fragments, prices: checkoutPrices(listed) }), limits);
  requireWithin('cost', points, limits);
}
