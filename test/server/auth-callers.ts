import { createHash } from 'node:crypto';
import type { ApiKey } from '../../src/auth/api-keys.ts';
import type { Scope } from '../../src/checkout/caller.ts';

/** Callers by their names, each with the key `key-of-` and its name. */
export const keysFor = (callers: Record<string, readonly Scope[]>): ApiKey[] =>
  Object.entries(callers).map(([name, scopes]) => ({
    name,
    scopes,
    hash: createHash('sha256').update(`key-of-${name}`).digest(),
  }));
