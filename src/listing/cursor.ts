import { z } from 'zod';
import { badUserInput } from '../checkout/errors.ts';
import { PROVIDER_NAMES, type ProviderName } from '../checkout/provider-name.ts';
import type { Position } from './source.ts';

/** How far each provider's list has been consumed up to an edge. A provider that is not in it has not been begun. */
export type Positions = Partial<Record<ProviderName, Position>>;

/** Longest cursor, in characters. */
export const MAX_CURSOR = 512;

// Version, then [provider's list, last id, its time in epoch milliseconds].
const cursorSchema = z.tuple([
  z.literal(1),
  z.array(z.tuple([z.enum(PROVIDER_NAMES), z.string().min(1), z.int().nullable()])).max(PROVIDER_NAMES.length),
]);

/** An opaque, URL-safe text of at most 512 characters. */
export function encodeCursor(positions: Positions): string {
  const entries = Object.entries(positions).map(([provider, { id, createdAt }]) => [provider, id, createdAt]);
  return Buffer.from(JSON.stringify([1, entries])).toString('base64url');
}

/** @throws GatewayError BAD_USER_INPUT for a text that no list of this gateway gave */
export function decodeCursor(cursor: string): Positions {
  const parsed = cursor.length <= MAX_CURSOR ? cursorSchema.safeParse(parseJson(cursor)) : undefined;
  if (!parsed?.success) throw badUserInput('Expected a cursor that this list gave, got something else.');
  return Object.fromEntries(parsed.data[1].map(([provider, id, createdAt]) => [provider, { id, createdAt }]));
}

function parseJson(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    return null;
  }
}
