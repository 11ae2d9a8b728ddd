import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import { LedgerError } from './ledger.ts';
import type { Begun, Operation, Operations } from './operations.ts';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** Begins what is encrypted. What is not is JSON, and never begins like that. */
const SEALED = 'sealed:';

/**
 * Operations whose change and result are encrypted (AES-256-GCM), for a store that others can look into. What was written
 * before there was a key is read as it is.
 * @param encryptionKey 32 bytes; null encrypts nothing, and what was encrypted is a LedgerError
 */
export function createSealedOperations(operations: Operations, encryptionKey: Buffer | null): Operations {
  const { seal, open, keyed } = encryptionKey ? sealOf(encryptionKey) : UNSEALED;
  const { opened, openedOrNone } = openingWith(open);
  return {
    renew: (id, lease) => operations.renew(id, lease),
    claim: (provider, providerId, id) => operations.claim(provider, providerId, id),
    claimedBy: (provider, providerId) => operations.claimedBy(provider, providerId),
    async begin(operation, lease, waitedSince) {
      const { inputHash, change } = operation;
      const sealed = { ...operation, inputHash: keyed(inputHash), change: seal(change) };
      const begun = await operations.begin(sealed, lease, waitedSince);
      const standing = begun.operation;
      // It is the same input, and other only for the hash, which was made without the key.
      const isFromBefore = !standing.change.startsWith(SEALED) && standing.inputHash === inputHash;
      if (begun.is === 'OTHER_INPUT' && isFromBefore) throw noKeyExpected();
      return { ...begun, operation: opened(standing) } as Begun;
    },
    finish: (id, owner, state, result) => operations.finish(id, owner, state, result === null ? null : seal(result)),
    async find(caller, idempotencyKey, kind) {
      const found = await operations.find(caller, idempotencyKey, kind);
      return found && opened(found);
    },
    async unfinished(provider, kind, limit) {
      const found = await operations.unfinished(provider, kind, limit);
      const readable = found?.flatMap(openedOrNone) ?? null;
      // Who looks for rivals must not take one that cannot be read for none.
      return readable?.length === found?.length ? readable : null;
    },
    async take(operation, lease) {
      const taken = await operations.take(operation, lease);
      return taken && opened(taken);
    },
    async takeLeft(lease, limit) {
      const left = await operations.takeLeft(lease, limit);
      // One that was written with another key must not stand in the way of the others.
      return left.flatMap(openedOrNone);
    },
  };
}

/** Operations as they were before they were sealed; `openedOrNone` leaves out what cannot be opened. */
function openingWith(open: Seal['open']) {
  const resultOf = ({ state, result }: Operation): string | null => {
    try {
      return result === null ? null : open(result);
    } catch (error) {
      // What became of an earlier beginning, written with another key, must not keep this one from going on.
      if (state === 'IN_PROGRESS') return null;
      throw error;
    }
  };
  const opened = (operation: Operation): Operation => ({
    ...operation,
    change: open(operation.change),
    result: resultOf(operation),
  });
  const openedOrNone = (operation: Operation): Operation[] => {
    try {
      return [opened(operation)];
    } catch {
      return [];
    }
  };
  return { opened, openedOrNone };
}

type Seal = {
  seal(text: string): string;
  /** @throws LedgerError for what was sealed with another key */
  open(text: string): string;
  keyed(inputHash: string): string;
};

const keyExpected = (got: string) =>
  new LedgerError(`CACHE_ENCRYPTION_KEY: expected the key that operations in Redis were written with, got ${got}.`);

const noKeyExpected = () =>
  new LedgerError('CACHE_ENCRYPTION_KEY: expected none, as when the operation in Redis was written, got one.');

const UNSEALED: Seal = {
  seal: (text) => text,
  open(text) {
    if (text.startsWith(SEALED)) throw keyExpected('none');
    return text;
  },
  keyed: (inputHash) => inputHash,
};

function sealOf(encryptionKey: Buffer): Seal {
  const key = Buffer.from(hkdfSync('sha256', encryptionKey, '', 'checkout-gateway ledger', 32));
  return {
    // What was asked for could be guessed from a hash of it that anybody can make.
    keyed: (inputHash) => createHmac('sha256', key).update(inputHash).digest('base64url'),
    seal(text) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', key, nonce);
      const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
      return SEALED + Buffer.concat([nonce, cipher.getAuthTag(), body]).toString('base64url');
    },
    open(text) {
      if (!text.startsWith(SEALED)) return text;
      const bytes = Buffer.from(text.slice(SEALED.length), 'base64url');
      try {
        const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE_BYTES));
        decipher.setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
        const body = decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES));
        return Buffer.concat([body, decipher.final()]).toString('utf8');
      } catch {
        throw keyExpected('another one');
      }
    },
  };
}
