import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import { LedgerError } from './ledger.ts';
import type { OperationScope } from './operations.ts';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** Begins what is encrypted. What is not is JSON or a caller's name, and never begins like that. */
const SEALED = 'sealed:';

export const isSealed = (text: string): boolean => text.startsWith(SEALED);

/** How texts of an operation are written. What was written before there was a key is opened as it is. */
export type Seal = {
  seal(text: string): string;
  /** @throws LedgerError for what was sealed with another key */
  open(text: string): string;
  keyed(inputHash: string): string;
  /** Whose and under which key; the kind stays readable. */
  sealScope(scope: OperationScope): OperationScope;
  /** @throws LedgerError for what was sealed with another key */
  openScope(scope: OperationScope): OperationScope;
};

/** Texts that are encrypted with AES-256-GCM. @param encryptionKey 32 bytes; null encrypts nothing */
export const createSeal = (encryptionKey: Buffer | null): Seal => (encryptionKey ? sealOf(encryptionKey) : UNSEALED);

const keyExpected = (got: string) =>
  new LedgerError(`CACHE_ENCRYPTION_KEY: expected the key that operations in Redis were written with, got ${got}.`);

const UNSEALED: Seal = {
  seal: (text) => text,
  open(text) {
    if (isSealed(text)) throw keyExpected('none');
    return text;
  },
  keyed: (inputHash) => inputHash,
  sealScope: (scope) => scope,
  openScope: (scope) => scope,
};

function sealOf(encryptionKey: Buffer): Seal {
  const key = Buffer.from(hkdfSync('sha256', encryptionKey, '', 'checkout-gateway ledger', 32));
  const seal = (text: string): string => {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', key, nonce);
    const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
    return SEALED + Buffer.concat([nonce, cipher.getAuthTag(), body]).toString('base64url');
  };
  const open = (text: string): string => {
    if (!isSealed(text)) return text;
    const bytes = Buffer.from(text.slice(SEALED.length), 'base64url');
    try {
      const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE_BYTES));
      decipher.setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
      const body = decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES));
      return Buffer.concat([body, decipher.final()]).toString('utf8');
    } catch {
      throw keyExpected('another one');
    }
  };
  return {
    seal,
    open,
    // What was asked for could be guessed from a hash of it that anybody can make.
    keyed: (inputHash) => createHmac('sha256', key).update(inputHash).digest('base64url'),
    // As JSON, because a half of a surrogate pair has no UTF-8.
    sealScope: ({ caller, kind, idempotencyKey }) => ({
      caller: seal(JSON.stringify(caller)),
      kind,
      idempotencyKey: seal(JSON.stringify(idempotencyKey)),
    }),
    // Clients choose their keys; no caller's name begins like what is sealed.
    openScope: (scope) =>
      isSealed(scope.caller)
        ? {
            caller: JSON.parse(open(scope.caller)) as string,
            kind: scope.kind,
            idempotencyKey: JSON.parse(open(scope.idempotencyKey)) as string,
          }
        : scope,
  };
}
