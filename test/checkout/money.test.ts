import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { currencyExponent, money, parseMinorUnits } from '../../src/checkout/money.ts';

const minorUnits = fc.maxSafeInteger();
const currency = fc.constantFrom('USD', 'EUR', 'JPY', 'KWD', 'CLF');

describe('money', () => {
  it('has a decimal that says exactly the same, in as many digits as the currency has', () => {
    fc.assert(
      fc.property(minorUnits, currency, (amount, code) => {
        const { decimal } = money(amount, code);
        const [, fraction = ''] = decimal.split('.');
        expect(fraction).toHaveLength(currencyExponent(code));
        expect(BigInt(decimal.replace('.', ''))).toBe(BigInt(amount));
        expect(decimal).toMatch(/^-?(0|[1-9]\d*)(\.\d+)?$/);
      }),
    );
  });

  it.each([
    [0, 'USD', '0.00'],
    [-0, 'USD', '0.00'],
    [5, 'USD', '0.05'],
    [-5, 'USD', '-0.05'],
    [1234, 'USD', '12.34'],
    [1234, 'JPY', '1234'],
    [1234, 'KWD', '1.234'],
    [1, 'CLF', '0.0001'],
    [Number.MAX_SAFE_INTEGER, 'USD', '90071992547409.91'],
  ])('writes %d of %s as %s', (amount, code, decimal) => {
    expect(money(amount, code)).toEqual({ minorUnits: amount === 0 ? 0 : amount, currency: code, decimal });
  });

  it.each([0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53])('refuses %d', (amount) => {
    expect(() => money(amount, 'USD')).toThrow(RangeError);
  });
});

describe('parseMinorUnits', () => {
  it.each([
    [12, 12],
    ['12', 12],
    [-3, -3],
    ['-3', -3],
    ['9007199254740991', Number.MAX_SAFE_INTEGER],
  ])('reads %j', (value, amount) => expect(parseMinorUnits(value)).toBe(amount));
  it.each([12.5, '12.5', '1e3', '', ' 1', '9007199254740992', 2 ** 53, null, undefined, {}, true])(
    'refuses %j',
    (value) => expect(parseMinorUnits(value)).toBeNull(),
  );
});
