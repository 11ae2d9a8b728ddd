import { makeExecutableSchema } from '@graphql-tools/schema';
import fc from 'fast-check';
import { GraphQLError, graphqlSync, isScalarType, isSpecifiedScalarType, parseValue } from 'graphql';
import { describe, expect, test } from 'vitest';
import { scalars } from '../../resolvers/scalars.ts';
import { schema as described } from '../schema/schema.ts';

const { DateTime, Date: CalendarDate, URL: WebUrl, JSON: AnyJson, SafeInt } = scalars;

/** The same value by both ways into a scalar: as a variable, and written into the document. */
const READERS = [
  ['a variable', (scalar: typeof DateTime, text: string) => scalar.parseValue(text)],
  ['a literal', (scalar: typeof DateTime, text: string) => scalar.parseLiteral(parseValue(JSON.stringify(text)))],
] as const;

function refusal(read: () => unknown): GraphQLError {
  try {
    read();
  } catch (error) {
    if (error instanceof GraphQLError) return error;
    throw error;
  }
  throw new Error('expected a refusal');
}

describe.each(READERS)('as %s', (_, read) => {
  test.each([
    ['2026-11-01T12:00:00Z', '2026-11-01T12:00:00.000Z'],
    ['2026-11-01T12:00:00.000Z', '2026-11-01T12:00:00.000Z'],
    ['2026-11-01t12:00:00z', '2026-11-01T12:00:00.000Z'],
    ['2026-11-01T12:00:00.123456789+05:30', '2026-11-01T06:30:00.123Z'],
    ['2026-11-01T00:30:00.9-01:00', '2026-11-01T01:30:00.900Z'],
    ['2024-02-29T23:59:60Z', '2024-03-01T00:00:00.000Z'],
  ])('DateTime reads %s', (text, instant) => {
    expect(read(DateTime, text)).toBe(instant);
  });

  test.each([
    '',
    '1793534400',
    '2026-11-01',
    '2026-11-01T12:00:00',
    '2026-11-01T12:00Z',
    '2026-02-30T12:00:00Z',
    '2026-11-01T24:00:00Z',
    ' 2026-11-01T12:00:00Z',
    '2026-11-01T12:00:00Z\n',
  ])('DateTime refuses %j', (text) => {
    const { message, extensions } = refusal(() => read(DateTime, text));
    expect(extensions).toEqual({ code: 'BAD_USER_INPUT' });
    expect(message).toBe(
      `Expected a date and time with offset such as 2026-11-01T12:00:00Z, got ${JSON.stringify(text)}.`,
    );
  });

  test('Date reads a day that there is and refuses others', () => {
    expect(read(CalendarDate, '2024-02-29')).toBe('2024-02-29');
    for (const text of ['2026-02-29', '2026-1-1', '2026-11-01T12:00:00Z', '']) {
      expect(refusal(() => read(CalendarDate, text)).message).toMatch(
        /^Expected a calendar date such as 2026-11-30, got/,
      );
    }
  });

  test('URL leaves an address as it was written', () => {
    const text = 'https://Shop.example/done?id={CHECKOUT_SESSION_ID}&x=%7b ü#{}';
    expect(read(WebUrl, text)).toBe(text);
  });

  test.each(['', '/done', 'javascript:alert(1)', 'ftp://example.com', 'https://', 'https://a.example/\n'])(
    'URL refuses %j',
    (text) => {
      expect(refusal(() => read(WebUrl, text)).message).toMatch(/^Expected an absolute http or https URL, got "/);
    },
  );

  test('DateTime reads any moment at any offset', () => {
    const moment = fc.date({
      min: new Date('0002-01-01T00:00:00Z'),
      max: new Date('9998-12-31T00:00:00Z'),
      noInvalidDate: true,
    });
    const offset = fc.integer({ min: -23 * 60 - 59, max: 23 * 60 + 59 });
    fc.assert(
      fc.property(moment, offset, fc.stringMatching(/^\d{0,12}$/), (date, minutes, finer) => {
        const local = new Date(date.getTime() + minutes * 60_000).toISOString().slice(0, -1);
        const pad = (number: number) => String(number).padStart(2, '0');
        const size = Math.abs(minutes);
        const zone = `${minutes < 0 ? '-' : '+'}${pad(Math.floor(size / 60))}:${pad(size % 60)}`;
        expect(read(DateTime, `${local}${finer}${zone}`)).toBe(date.toISOString());
      }),
    );
  });

  test('a refusal repeats no more than 40 characters, and no half of one', () => {
    expect(refusal(() => read(CalendarDate, 'x'.repeat(1_000))).message).toBe(
      `Expected a calendar date such as 2026-11-30, got "${'x'.repeat(39)}….`,
    );
    expect(refusal(() => read(CalendarDate, `${'x'.repeat(38)}😀`)).message).toMatch(/x\ufffd….$/);
  });

  test('whatever text comes is read or refused with BAD_USER_INPUT, repeating at most 40 characters of it', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 200, size: 'max' }),
        fc.constantFrom(DateTime, CalendarDate, WebUrl),
        (text, scalar) => {
          try {
            expect(typeof read(scalar, text)).toBe('string');
          } catch (error) {
            expect(error).toBeInstanceOf(GraphQLError);
            const { message, extensions } = error as GraphQLError;
            expect(extensions.code).toBe('BAD_USER_INPUT');
            expect(message.slice(message.indexOf(', got ') + 6).length).toBeLessThanOrEqual(42);
          }
        },
      ),
    );
  });
});

test.each([DateTime, CalendarDate, WebUrl])('$name takes nothing but text, and gives nothing but text', (scalar) => {
  for (const value of [1_793_534_400, true, null, {}, ['2026-11-01'], undefined]) {
    expect(refusal(() => scalar.parseValue(value)).extensions.code).toBe('BAD_USER_INPUT');
  }
  for (const literal of ['1793534400', 'true', '{a: 1}', '["2026-11-01"]', 'ENUM']) {
    const refused = refusal(() => scalar.parseLiteral(parseValue(literal)));
    expect(refused.message).toMatch(`, got ${literal}.`);
    expect(refused.nodes).toHaveLength(1);
  }
  expect(() => scalar.serialize(new Date(0))).toThrow(TypeError);
});

test('text goes out exactly as it is', () => {
  fc.assert(
    fc.property(fc.string(), (any) => {
      expect(WebUrl.serialize(any)).toBe(any);
    }),
  );
  expect(WebUrl.serialize('https://shop.example/{CHECKOUT_SESSION_ID}')).toBe(
    'https://shop.example/{CHECKOUT_SESSION_ID}',
  );
  expect(DateTime.serialize('2026-11-01T12:00:00.000Z')).toBe('2026-11-01T12:00:00.000Z');
});

test('JSON takes and gives any JSON value', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(AnyJson.serialize(value)).toBe(value);
      expect(AnyJson.parseValue(value)).toBe(value);
    }),
  );
  expect(AnyJson.parseLiteral(parseValue('{ a: [1, 2.5, "b", null, true] }'))).toEqual({
    a: [1, 2.5, 'b', null, true],
  });
});

test('SafeInt goes to 2^53 - 1 and no further', () => {
  expect(SafeInt.serialize(Number.MAX_SAFE_INTEGER)).toBe(Number.MAX_SAFE_INTEGER);
  expect(SafeInt.parseLiteral(parseValue('-9007199254740991'))).toBe(Number.MIN_SAFE_INTEGER);
  for (const value of [Number.MAX_SAFE_INTEGER + 1, 0.5]) expect(() => SafeInt.parseValue(value)).toThrow(GraphQLError);
});

test('the executable schema keeps the descriptions and specifications of the SDL', () => {
  const executable = makeExecutableSchema({ typeDefs: described, resolvers: scalars });
  const own = Object.values(described.getTypeMap())
    .filter(isScalarType)
    .filter((type) => !isSpecifiedScalarType(type));
  expect(own.map(({ name }) => name).sort()).toEqual(Object.keys(scalars).sort());
  for (const { name, description, specifiedByURL } of own) {
    expect(executable.getType(name)).toMatchObject({ description, specifiedByURL });
  }
});

test('a refused argument is an error of the request that names the code', () => {
  const typeDefs = 'scalar DateTime type Query { at(time: DateTime!): DateTime! }';
  const resolvers = { DateTime, Query: { at: (_: unknown, { time }: { time: string }) => time } };
  const schema = makeExecutableSchema({ typeDefs, resolvers });
  const source = 'query ($time: DateTime!) { at(time: $time) }';
  expect(graphqlSync({ schema, source, variableValues: { time: '2026-11-01T13:00:00+01:00' } }).data).toEqual({
    at: '2026-11-01T12:00:00.000Z',
  });
  expect(graphqlSync({ schema, source, variableValues: { time: 'soon' } }).errors?.[0]).toMatchObject({
    message: expect.stringContaining('got "soon"'),
    extensions: { code: 'BAD_USER_INPUT' },
  });
});
