import type { Entry, Epoch } from './cache.ts';

/** An entry and its epoch as JSON bytes; null for a value that JSON cannot hold. */
export function encodeEntry(epoch: Epoch, entry: Entry): Buffer | null {
  const { value, fetchedAt, freshUntil, revalidateUntil, errorUntil } = entry;
  if (value === undefined) return null;
  try {
    return Buffer.from(JSON.stringify([epoch, fetchedAt, freshUntil, revalidateUntil, errorUntil, value]));
  } catch {
    // It holds itself, or a bigint, or is nested too deep to be written.
    return null;
  }
}

/** Null when they are no such bytes. */
export function decodeEntry(payload: Buffer): { epoch: Epoch; entry: Entry } | null {
  const parts = parse(payload);
  if (!Array.isArray(parts) || parts.length !== 6) return null;
  const [epoch, fetchedAt, freshUntil, revalidateUntil, errorUntil, value] = parts as unknown[];
  if (typeof epoch !== 'string' || !isTime(fetchedAt) || !isTime(freshUntil)) return null;
  if (!isTime(revalidateUntil) || !isTime(errorUntil)) return null;
  if (!(fetchedAt <= freshUntil && freshUntil <= revalidateUntil && revalidateUntil <= errorUntil)) return null;
  return { epoch, entry: { value, fetchedAt, freshUntil, revalidateUntil, errorUntil } };
}

const isTime = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);

function parse(payload: Buffer): unknown {
  try {
    return JSON.parse(payload.toString());
  } catch {
    return undefined;
  }
}
