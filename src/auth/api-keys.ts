import { createHash, timingSafeEqual } from 'node:crypto';
import type { Caller, Scope } from '../checkout/caller.ts';
import { bearerIn, credentialsIn, type Presented, unauthenticated } from './presented.ts';

/** A key that callers may present, as it is kept: the key itself cannot be had from it. */
export type ApiKey = {
  /** Of the caller; while it changes over to another key, both have it. */
  name: string;
  /** SHA-256 of the key. Keys are long and random, so there is nothing that a slower hash would protect. */
  hash: Buffer;
  scopes: readonly Scope[];
};

const EXPECTED = 'one API key that is known here, as `authorization: Bearer <key>` or `x-api-key: <key>`';

type Known = { hash: Buffer; caller: Caller };

/** @returns what tells who presents a key; it throws UNAUTHENTICATED */
export function apiKeyCheck(keys: readonly ApiKey[]): (presented: Presented) => Caller {
  const known = keys.map(({ name, hash, scopes }) => ({
    hash,
    caller: { name: `key:${name}`, scopes: new Set(scopes), customers: null },
  }));
  return (presented) => {
    const key = keyIn(presented);
    const caller = key === undefined ? undefined : callerWith(key, known);
    if (!caller) throw unauthenticated(EXPECTED);
    return caller;
  };
}

/** Undefined unless there is exactly one: of two, a proxy may have looked at the other. */
function keyIn(presented: Presented): string | undefined {
  const { authorization, apiKey } = credentialsIn(presented);
  const keys = [...authorization.map(bearerIn), ...apiKey];
  return keys.length === 1 ? keys[0] || undefined : undefined;
}

/** Looks at all of them and at all of each, so that the time it takes tells nothing of any. */
function callerWith(key: string, known: readonly Known[]): Caller | undefined {
  const hash = createHash('sha256').update(key).digest();
  let found: Caller | undefined;
  for (const one of known) if (timingSafeEqual(hash, one.hash)) found = one.caller;
  return found;
}
