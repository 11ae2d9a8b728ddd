const DAY_MS = 24 * 60 * 60 * 1000;

/** "Sun, 06 Nov 1994 08:49:37 GMT" and the older "Sunday, 06-Nov-94 08:49:37 GMT". */
const HTTP_DATE = /^[a-z]{3,9}, \d\d[ -][a-z]{3}[ -]\d{2,4} \d\d:\d\d:\d\d gmt$/i;
/** "Sun Nov  6 08:49:37 1994", which is GMT without saying so. */
const ASCTIME = /^[a-z]{3} [a-z]{3} [ \d]\d \d\d:\d\d:\d\d \d{4}$/i;

/**
 * How long the provider asks to be left alone, from the header `retry-after` in either of its forms (RFC 9110, 10.2.3).
 * @param now epoch milliseconds
 * @returns milliseconds, 0 to a day; undefined without the header, and for what is neither form
 */
export function retryAfterMsOf(
  headers: Readonly<Record<string, string | string[] | undefined>>,
  now: number,
): number | undefined {
  const header = headers['retry-after'];
  if (typeof header !== 'string') return undefined;
  const text = header.trim();
  const ms = /^\d+(?:\.\d+)?$/.test(text) ? Math.ceil(Number(text) * 1000) : dateOf(text) - now;
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, 0), DAY_MS);
}

/** Date.parse alone reads nearly anything as a date, "-1" too. */
function dateOf(text: string): number {
  if (HTTP_DATE.test(text)) return Date.parse(text);
  return ASCTIME.test(text) ? Date.parse(`${text} GMT`) : Number.NaN;
}
