/** Go's RFC 3339: microseconds with their trailing zeros cut off. */
export function goTime(ms: number, micros: number): string {
  const fraction = `${String(((ms % 1000) + 1000) % 1000).padStart(3, '0')}${String(micros).padStart(3, '0')}`;
  const trimmed = fraction.replace(/0+$/, '');
  return `${new Date(ms).toISOString().slice(0, 19)}${trimmed === '' ? '' : `.${trimmed}`}Z`;
}

/** Rust's chrono: six digits of a second. */
export function chronoTime(ms: number, micros: number): string {
  return `${new Date(ms).toISOString().slice(0, 23)}${String(micros).padStart(3, '0')}Z`;
}

/** Milliseconds of an ISO string, of Unix seconds or of Unix milliseconds; undefined when it is no time. */
export function readTime(value: unknown): number | undefined {
  if (typeof value === 'number' && Number.isFinite(value)) return Math.abs(value) < 1e11 ? value * 1000 : value;
  if (typeof value !== 'string') return undefined;
  const ms = Date.parse(value);
  return Number.isNaN(ms) ? undefined : ms;
}
