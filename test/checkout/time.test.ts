import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { instantFromEpoch, parseCalendarDate, parseInstant } from '../../src/checkout/time.ts';

const date = fc.date({
  min: new Date('1973-03-04T00:00:00Z'),
  max: new Date('2200-01-01T00:00:00Z'),
  noInvalidDate: true,
});
const pad = (value: number, length = 2) => String(value).padStart(length, '0');

describe('parseInstant', () => {
  it('gives one text for seconds, milliseconds, digits and ISO of the same moment', () => {
    fc.assert(
      fc.property(date, (moment) => {
        const seconds = Math.floor(moment.getTime() / 1000);
        const whole = new Date(seconds * 1000).toISOString();
        expect(parseInstant(seconds)).toBe(whole);
        expect(parseInstant(String(seconds))).toBe(whole);
        expect(parseInstant(moment.getTime())).toBe(moment.toISOString());
        expect(parseInstant(moment.toISOString())).toBe(moment.toISOString());
      }),
    );
  });

  it('reads any offset and any fraction, cut to milliseconds', () => {
    fc.assert(
      fc.property(
        date,
        fc.integer({ min: -839, max: 839 }),
        fc.stringMatching(/^\d{0,9}$/),
        (moment, offset, digits) => {
          const local = new Date(moment.getTime() + offset * 60_000).toISOString().slice(0, 19);
          const sign = offset < 0 ? '-' : '+';
          const zone = `${sign}${pad(Math.floor(Math.abs(offset) / 60))}:${pad(Math.abs(offset) % 60)}`;
          const expected = `${moment.toISOString().slice(0, 19)}.${digits.slice(0, 3).padEnd(3, '0')}Z`;
          expect(parseInstant(`${local}${digits && `.${digits}`}${zone}`)).toBe(expected);
        },
      ),
    );
  });

  it.each([
    ['2026-11-01T12:00:00Z', '2026-11-01T12:00:00.000Z'],
    ['2026-11-01T12:00:00.123456789Z', '2026-11-01T12:00:00.123Z'],
    ['2026-11-01T12:00:00.9999999+05:30', '2026-11-01T06:30:00.999Z'],
    ['2026-11-01t12:00:00z', '2026-11-01T12:00:00.000Z'],
    ['2026-11-01 12:00:00', '2026-11-01T12:00:00.000Z'],
    ['2026-11-01T12:00:00-0800', '2026-11-01T20:00:00.000Z'],
    ['2026-11-01', '2026-11-01T00:00:00.000Z'],
    ['2016-12-31T23:59:60Z', '2017-01-01T00:00:00.000Z'],
    [1_762_000_000, '2025-11-01T12:26:40.000Z'],
    [1_762_000_000.5, '2025-11-01T12:26:40.500Z'],
    [1_762_000_000_123, '2025-11-01T12:26:40.123Z'],
    ['1762000000', '2025-11-01T12:26:40.000Z'],
    [0, '1970-01-01T00:00:00.000Z'],
    [-1, '1969-12-31T23:59:59.000Z'],
  ])('reads %j as %s', (value, expected) => {
    expect(parseInstant(value)).toBe(expected);
  });

  it.each([
    'soon',
    '',
    ' ',
    '2026-02-30T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-11-01T24:00:01Z',
    '2026-11-01T12:60:00Z',
    '2026-11-01T12:00:00+25:00',
    Number.NaN,
    Number.POSITIVE_INFINITY,
    1e300,
    -1e300,
    null,
    undefined,
    true,
    {},
    [],
  ])('finds no moment in %j', (value) => {
    expect(parseInstant(value)).toBeNull();
  });

  it('always gives 24 characters, so that moments compare as texts', () => {
    fc.assert(
      fc.property(fc.oneof(fc.double(), fc.integer(), fc.string()), (value) => {
        const instant = parseInstant(value);
        if (instant !== null) expect(instant).toMatch(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/);
      }),
    );
  });
});

describe('instantFromEpoch', () => {
  it('knows nothing outside the years 1 to 9999', () => {
    expect(instantFromEpoch(Date.parse('9999-12-31T23:59:59.999Z'))).toBe('9999-12-31T23:59:59.999Z');
    expect(instantFromEpoch(Date.parse('9999-12-31T23:59:59.999Z') + 1)).toBeNull();
  });
});

describe('parseCalendarDate', () => {
  it.each(['2026-11-30', '2024-02-29', '0001-01-01'])('knows %s', (text) => expect(parseCalendarDate(text)).toBe(text));
  it.each(['2026-02-29', '2026-2-9', '2026-11-30T00:00:00Z', '', 20261130, null])('refuses %j', (value) =>
    expect(parseCalendarDate(value)).toBeNull(),
  );
});
