import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';
import type { Entry, Epoch } from './cache.ts';
import { decodeEntry, encodeEntry } from './entry-json.ts';

/** Where a value lies in Redis; one that was moved elsewhere is not read. */
export type Spot = { key: string; field: string };

/**
 * Why bytes could not be read: not the cache's own form, changed since they were written (or written with another key),
 * or not an entry.
 */
export type UnreadableReason = 'foreign' | 'damaged' | 'no-entry';

/** Entries as bytes, with the epoch that they were stored under. */
export type Codec = {
  /** Null when the value is nothing that JSON can hold, or takes more than 4 MiB. */
  encode(spot: Spot, epoch: Epoch, entry: Entry): Buffer | null;
  /** Null for everything that `encode` has not made for this very spot, with this key. Never throws. */
  decode(spot: Spot, bytes: Buffer): { epoch: Epoch; entry: Entry } | null;
};

/** Wraps a payload; `open` gives null when it is not as it was, or not from this spot. */
type Seal = {
  magic: Buffer;
  close(spot: Spot, payload: Buffer): Buffer;
  open(spot: Spot, body: Buffer): Buffer | null;
};

export const MOST_ENCODED_BYTES = 4 * 1024 * 1024;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const CHECKSUM_BYTES = 16;

type Options = {
  /** 32 bytes, for AES-256-GCM; null leaves values readable to whoever can look into Redis. */
  encryptionKey: Buffer | null;
  /** Told of every value that could not be read. */
  onUnreadable?: ((reason: UnreadableReason) => void) | undefined;
};

export function createCodec({ encryptionKey, onUnreadable }: Options): Codec {
  const seal = encryptionKey ? encrypting(encryptionKey) : checking;

  function unreadable(reason: UnreadableReason): null {
    onUnreadable?.(reason);
    return null;
  }

  return {
    encode(spot, epoch, entry) {
      const payload = encodeEntry(epoch, entry);
      if (payload === null || payload.length > MOST_ENCODED_BYTES) return null;
      return Buffer.concat([seal.magic, seal.close(spot, payload)]);
    },
    decode(spot, bytes) {
      const { magic } = seal;
      if (!bytes.subarray(0, magic.length).equals(magic)) return unreadable('foreign');
      const payload = seal.open(spot, bytes.subarray(magic.length));
      if (payload === null) return unreadable('damaged');
      return decodeEntry(payload) ?? unreadable('no-entry');
    },
  };
}

/** No field's name holds a zero byte, and no key's. */
const spotBytes = ({ key, field }: Spot) => Buffer.from(`${key}\0${field}\0`);

/** Finds accidents: whoever can write to Redis can write a right checksum as well. */
const checking: Seal = {
  magic: Buffer.from('CGp1'),
  close: (spot, payload) => Buffer.concat([checksum(spot, payload), payload]),
  open(spot, body) {
    const payload = body.subarray(CHECKSUM_BYTES);
    return checksum(spot, payload).equals(body.subarray(0, CHECKSUM_BYTES)) ? payload : null;
  },
};

const checksum = (spot: Spot, payload: Buffer): Buffer =>
  createHash('sha256').update(spotBytes(spot)).update(payload).digest().subarray(0, CHECKSUM_BYTES);

/**
 * Random nonces of 96 bits are safe for some four thousand million values under one key: at a hundred a second, for
 * more than a year.
 */
function encrypting(encryptionKey: Buffer): Seal {
  const key = Buffer.from(hkdfSync('sha256', encryptionKey, '', 'checkout-gateway cache values', 32));
  return {
    magic: Buffer.from('CGs1'),
    close(spot, payload) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(spotBytes(spot));
      const sealed = [cipher.update(payload), cipher.final()];
      return Buffer.concat([nonce, ...sealed, cipher.getAuthTag()]);
    },
    open(spot, body) {
      if (body.length < NONCE_BYTES + TAG_BYTES) return null;
      const options = { authTagLength: TAG_BYTES };
      const decipher = createDecipheriv('aes-256-gcm', key, body.subarray(0, NONCE_BYTES), options);
      decipher.setAAD(spotBytes(spot)).setAuthTag(body.subarray(-TAG_BYTES));
      try {
        return Buffer.concat([decipher.update(body.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]);
      } catch {
        return null;
      }
    },
  };
}
