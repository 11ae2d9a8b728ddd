import { createHmac, hash, hkdfSync } from 'node:crypto';

/** The form of what is kept in Redis. Part of every key's name, so a release never reads another one's form. */
const RATE_FORMAT = 1;

/**
 * The names of Redis' keys for callers. They can be an address, which is personal: nobody can tell it from a name.
 * @param encryptionKey 32 bytes; with it, names cannot even be found by trying addresses out
 */
export function createRateKeyName(encryptionKey: Buffer | null): (caller: string) => string {
  const nameKey =
    encryptionKey && Buffer.from(hkdfSync('sha256', encryptionKey, '', 'checkout-gateway rate limit names', 32));
  const digest = (text: string): Buffer =>
    nameKey ? createHmac('sha256', nameKey).update(text).digest() : hash('sha256', text, 'buffer');
  return (caller) => `checkout-gateway:rate:${RATE_FORMAT}:${digest(caller).toString('base64url', 0, 18)}`;
}
