import { createHash, createHmac, randomBytes } from 'node:crypto';
import { badUserInput } from '../checkout/errors.ts';
import type { Operation } from '../ledger/operations.ts';
import { refusalsOf } from './stored.ts';

/** A text that two changes share when they are the same, whatever order their properties were given in. */
export const inputHashOf = (input: unknown): string =>
  createHash('sha256').update(canonical(input)).digest('base64url');

/**
 * The key that a provider is sent: the same from every replica, as often as an operation is sent, and telling nothing of
 * the client's own. So what failed for want of an answer that could be believed is not done again when it is tried again.
 * Another input gets another, and so does one that the provider refused, because providers remember refusals too. 43
 * URL-safe characters.
 */
export const providerKeyOf = (operation: Pick<Operation, 'id' | 'provider' | 'change' | 'result'>): string =>
  createHmac('sha256', 'checkout-gateway provider key')
    .update(`${operation.id} ${refusalsOf(operation)} ${inputHashOfStored(operation)}`)
    .digest('base64url');

/** The same as when the operation was begun, whatever the ledger has made of it. */
const inputHashOfStored = ({ provider, change }: Pick<Operation, 'provider' | 'change'>): string =>
  inputHashOf({ provider, change: JSON.parse(change) });

/** For a change that is not under a key of the client's. */
export const freshProviderKey = (): string => randomBytes(32).toString('base64url');

/** Deeper than anything that a provider takes. */
const DEEPEST = 200;

/** JSON with the properties of objects in order; what is undefined is left out. */
function canonical(value: unknown, depth = 0): string {
  if (depth > DEEPEST) throw badUserInput(`Expected JSON of at most ${DEEPEST} levels.`);
  if (Array.isArray(value)) return `[${value.map((each) => canonical(each ?? null, depth + 1)).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const entries = Object.entries(value).filter(([, each]) => each !== undefined);
  const sorted = entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${sorted.map(([name, each]) => `${JSON.stringify(name)}:${canonical(each, depth + 1)}`).join(',')}}`;
}
