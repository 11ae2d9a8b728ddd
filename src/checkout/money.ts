/** An amount: whole minor units (cents) of an ISO 4217 currency and the same as an exact decimal string. */
export type Money = { minorUnits: number; currency: string; decimal: string };

// ISO 4217 minor units, where they are not two.
const EXPONENTS: ReadonlyMap<string, number> = new Map([
  ...[
    'BIF',
    'CLP',
    'DJF',
    'GNF',
    'ISK',
    'JPY',
    'KMF',
    'KRW',
    'PYG',
    'RWF',
    'UGX',
    'UYI',
    'VND',
    'VUV',
    'XAF',
    'XOF',
    'XPF',
  ].map((code) => [code, 0] as const),
  ...['BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND'].map((code) => [code, 3] as const),
  ...['CLF', 'UYW'].map((code) => [code, 4] as const),
]);

/** How many decimals a currency's major unit has by ISO 4217: JPY none, KWD three, most two. */
export const currencyExponent = (currency: string): number => EXPONENTS.get(currency) ?? 2;

/**
 * Money from whole minor units. The decimal is made by moving the point in the digits, never by dividing.
 * @throws RangeError when the amount is not a whole number up to 2^53 - 1
 */
export function money(minorUnits: number, currency: string): Money {
  if (!Number.isSafeInteger(minorUnits)) throw new RangeError(`expected whole minor units, got ${minorUnits}`);
  const amount = minorUnits === 0 ? 0 : minorUnits; // -0 would print as 0 but not equal it
  return { minorUnits: amount, currency, decimal: toDecimal(amount, currencyExponent(currency)) };
}

/** Whole minor units out of a provider's number or digits; null for a fraction, or beyond 2^53 - 1. */
export function parseMinorUnits(value: unknown): number | null {
  const amount = typeof value === 'string' && /^-?\d{1,16}$/.test(value) ? Number(value) : value;
  return Number.isSafeInteger(amount) ? (amount as number) : null;
}

function toDecimal(minorUnits: number, exponent: number): string {
  const sign = minorUnits < 0 ? '-' : '';
  const digits = String(Math.abs(minorUnits));
  if (exponent === 0) return sign + digits;
  const padded = digits.padStart(exponent + 1, '0');
  return `${sign}${padded.slice(0, -exponent)}.${padded.slice(-exponent)}`;
}
