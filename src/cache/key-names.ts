import { createHmac, hash, hkdfSync } from 'node:crypto';

/** The form of what is kept in Redis. Part of every key's name, so a release never reads another one's form. */
export const CACHE_FORMAT = 1;

/** Redis' keys for what the cache knows. Nobody can tell from a name what it stands for, nor of which kind it is. */
export type KeyNames = {
  cell(cell: string): string;
  /** Where the version is kept that a session has been seen in. */
  shown(cell: string): string;
};

/**
 * @param encryptionKey 32 bytes; with it, names cannot even be found by trying ids out. Null leaves that open to whoever
 *   can look into Redis.
 */
export function createKeyNames(encryptionKey: Buffer | null): KeyNames {
  const nameKey =
    encryptionKey && Buffer.from(hkdfSync('sha256', encryptionKey, '', 'checkout-gateway cache names', 32));
  const digest = (text: string): Buffer =>
    nameKey ? createHmac('sha256', nameKey).update(text).digest() : hash('sha256', text, 'buffer');
  // 24 of 32 bytes: two cells never share one.
  const name = (text: string) => `checkout-gateway:${CACHE_FORMAT}:${digest(text).toString('base64url', 0, 24)}`;
  return { cell: (cell) => name(`cell\0${cell}`), shown: (cell) => name(`shown\0${cell}`) };
}
