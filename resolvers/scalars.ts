import { GraphQLError, GraphQLScalarType, Kind, print, type ValueNode } from 'graphql';
import { GraphQLJSON, GraphQLSafeInt } from 'graphql-scalars';
import { parseCalendarDate, parseInstant } from '../src/checkout/time.ts';
import { isWebUrl } from '../src/checkout/url.ts';

/** Longest part of a refused value that the error repeats, in characters. */
const EXCERPT = 40;
// Date, time and offset must all be there: parseInstant also reads bare numbers and times without an offset.
const RFC_3339 = /^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})$/;

type Coercion = Pick<GraphQLScalarType, 'serialize' | 'parseValue' | 'parseLiteral'>;

/**
 * How the scalars of the schema are read and written. What goes out is in its final form already, so it passes through
 * untouched. What comes in and is refused is a GraphQLError BAD_USER_INPUT.
 */
export const scalars = {
  DateTime: scalar(
    'DateTime',
    textual('a date and time with offset such as 2026-11-01T12:00:00Z', (text) =>
      RFC_3339.test(text) ? parseInstant(text) : null,
    ),
  ),
  Date: scalar('Date', textual('a calendar date such as 2026-11-30', parseCalendarDate)),
  URL: scalar(
    'URL',
    textual('an absolute http or https URL', (text) => (isWebUrl(text) ? text : null)),
  ),
  JSON: scalar('JSON', GraphQLJSON),
  SafeInt: scalar('SafeInt', GraphQLSafeInt),
};

/** A scalar that is text on the wire; `parse` gives its canonical form, or null for what it is not. */
function textual(expected: string, parse: (text: string) => string | null): Coercion {
  const accept = (value: unknown, shown: () => string, node?: ValueNode): string => {
    const parsed = typeof value === 'string' ? parse(value) : null;
    if (parsed !== null) return parsed;
    throw new GraphQLError(`Expected ${expected}, got ${excerpt(shown())}.`, {
      extensions: { code: 'BAD_USER_INPUT' },
      ...(node && { nodes: node }),
    });
  };
  return {
    serialize(value) {
      if (typeof value === 'string') return value;
      throw new TypeError(`expected ${expected} as text, got ${typeof value}`);
    },
    parseValue: (value) => accept(value, () => JSON.stringify(value) ?? typeof value),
    parseLiteral: (node) => accept(node.kind === Kind.STRING ? node.value : null, () => print(node), node),
  };
}

/**
 * Only the SDL describes a scalar: makeExecutableSchema copies every enumerable property of ours over the SDL's, an
 * empty description too.
 */
function scalar(name: string, { serialize, parseValue, parseLiteral }: Coercion): GraphQLScalarType {
  const type = new GraphQLScalarType({ name, serialize, parseValue, parseLiteral });
  for (const property of ['description', 'specifiedByURL'])
    Object.defineProperty(type, property, { enumerable: false });
  return type;
}

const excerpt = (text: string): string => (text.length > EXCERPT ? `${text.slice(0, EXCERPT).toWellFormed()}…` : text);
