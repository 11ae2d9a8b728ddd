import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import { LedgerError } from './ledger.ts';
import type { Begun, Operation, Operations } from './operations.ts';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Operations whose change and result are encrypted (AES-256-GCM), for a store that others can look into.
 * @param encryptionKey 32 bytes
 */
export function createSealedOperations(operations: Operations, encryptionKey: Buffer): Operations {
  const key = Buffer.from(hkdfSync('sha256', encryptionKey, '', 'checkout-gateway ledger', 32));
  const { seal, open } = sealOf(key);
  // What was asked for could be guessed from a hash of it that anybody can make.
  const keyed = (inputHash: string) => createHmac('sha256', key).update(inputHash).digest('base64url');
  const opened = (operation: Operation): Operation => ({
    ...operation,
    change: open(operation.change),
    result: operation.result === null ? null : resultOf(operation),
  });
  const resultOf = ({ state, result }: Operation): string | null => {
    try {
      return open(result ?? '');
    } catch (error) {
      // What became of an earlier beginning, written with another key, must not keep this one from going on.
      if (state === 'IN_PROGRESS') return null;
      throw error;
    }
  };
  return {
    renew: (id, lease) => operations.renew(id, lease),
    claim: (provider, providerId, id) => operations.claim(provider, providerId, id),
    claimedBy: (provider, providerId) => operations.claimedBy(provider, providerId),
    async begin(operation, lease) {
      const begun = await operations.begin(
        { ...operation, inputHash: keyed(operation.inputHash), change: seal(operation.change) },
        lease,
      );
      return { ...begun, operation: opened(begun.operation) } as Begun;
    },
    finish: (id, owner, state, result) => operations.finish(id, owner, state, result === null ? null : seal(result)),
    async find(caller, idempotencyKey) {
      const found = await operations.find(caller, idempotencyKey);
      return found && opened(found);
    },
    async unfinished(provider, kind, limit) {
      const found = await operations.unfinished(provider, kind, limit);
      return found?.map(opened) ?? null;
    },
    async take(operation, lease) {
      const taken = await operations.take(operation, lease);
      return taken && opened(taken);
    },
    async takeLeft(lease, limit) {
      const left = await operations.takeLeft(lease, limit);
      // One that was written with another key must not stand in the way of the others.
      return left.flatMap((operation) => {
        try {
          return [opened(operation)];
        } catch {
          return [];
        }
      });
    },
  };
}

function sealOf(key: Buffer) {
  return {
    seal(text: string): string {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', key, nonce);
      const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
      return Buffer.concat([nonce, cipher.getAuthTag(), body]).toString('base64url');
    },
    /** @throws LedgerError for what was not sealed with this key */
    open(sealed: string): string {
      const bytes = Buffer.from(sealed, 'base64url');
      try {
        const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE_BYTES));
        decipher.setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
        const body = decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES));
        return Buffer.concat([body, decipher.final()]).toString('utf8');
      } catch {
        throw new LedgerError(
          'CACHE_ENCRYPTION_KEY: expected the key that operations in Redis were written with, got another one.',
        );
      }
    },
  };
}
