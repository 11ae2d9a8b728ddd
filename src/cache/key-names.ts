import { createHmac, hash, hkdfSync } from 'node:crypto';
import { LRUCache } from 'lru-cache';

/** The form of what is kept in Redis. Part of every key's name, so a release never reads another one's form. */
export const CACHE_FORMAT = 1;

/** Redis' keys for what the cache knows. Nobody can tell from a name what it stands for, nor of which kind it is. */
export type KeyNames = {
  cell(cell: string): string;
  /** Where the version is kept that a session has been seen in. */
  shown(cell: string): string;
  /** Stands for a version of a cell: two are equal when the versions are. */
  version(cell: string, version: string): string;
};

/** An HMAC costs as much as all else that a read does here: those in use are remembered. */
const MOST_NAMES = 5000;

/**
 * @param encryptionKey 32 bytes; with it, names cannot even be found by trying ids out. Null leaves that open to who
 *   can look into Redis and has the provider's key, which is part of what is hashed.
 */
export function createKeyNames(encryptionKey: Buffer | null): KeyNames {
  const nameKey =
    encryptionKey && Buffer.from(hkdfSync('sha256', encryptionKey, '', 'checkout-gateway cache names', 32));
  const digest = (text: string): Buffer =>
    nameKey ? createHmac('sha256', nameKey).update(text).digest() : hash('sha256', text, 'buffer');
  // 24 of 32 bytes: two cells never share one.
  const name = (text: string) => `checkout-gateway:${CACHE_FORMAT}:${digest(text).toString('base64url', 0, 24)}`;
  const known = new LRUCache<string, string>({ max: MOST_NAMES });
  const cellName = (cell: string): string => {
    const before = known.get(cell);
    if (before !== undefined) return before;
    const made = name(`cell\0${cell}`);
    known.set(cell, made);
    return made;
  };
  return {
    cell: nameKey ? cellName : (cell) => name(`cell\0${cell}`),
    shown: (cell) => name(`shown\0${cell}`),
    version: (cell, version) => digest(`version\0${cell}\0${version}`).toString('base64url', 0, 12),
  };
}
