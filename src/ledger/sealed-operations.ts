import { LedgerError } from './ledger.ts';
import type { Begun, Operation, Operations } from './operations.ts';
import { createSeal, isSealed, type Seal } from './seal.ts';

/**
 * Operations whose change, result, caller and idempotency key are encrypted, for a store that others can look into. What
 * was written before there was a key is read as it is.
 * @param encryptionKey 32 bytes; null encrypts nothing, and what was encrypted is a LedgerError
 */
export function createSealedOperations(operations: Operations, encryptionKey: Buffer | null): Operations {
  const { seal, keyed, sealScope, ...opening } = createSeal(encryptionKey);
  const { opened, openedOrNone } = openingWith(opening);
  return {
    renew: (id, lease) => operations.renew(id, lease),
    claim: (provider, providerId, id) => operations.claim(provider, providerId, id),
    claimedBy: (provider, providerId) => operations.claimedBy(provider, providerId),
    async begin(operation, lease, waitedSince) {
      const { scope, inputHash, change } = operation;
      const sealed = { ...operation, storedScope: sealScope(scope), inputHash: keyed(inputHash), change: seal(change) };
      const begun = await operations.begin(sealed, lease, waitedSince);
      const standing = begun.operation;
      // It is the same input, and other only for the hash, which was made without the key.
      const isFromBefore = !isSealed(standing.change) && standing.inputHash === inputHash;
      if (begun.is === 'OTHER_INPUT' && isFromBefore) throw noKeyExpected();
      return { ...begun, operation: opened(standing) } as Begun;
    },
    finish: (id, owner, state, result) => operations.finish(id, owner, state, result === null ? null : seal(result)),
    async find(caller, idempotencyKey, kind) {
      const found = await operations.find(caller, idempotencyKey, kind);
      return found && opened(found);
    },
    // What was written before there was a key has the hash as it is. It was begun: `begin` says what is amiss with it.
    hasInput: (operation, inputHash) =>
      operations.hasInput(operation, keyed(inputHash)) || operations.hasInput(operation, inputHash),
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
function openingWith({ open, openScope }: Pick<Seal, 'open' | 'openScope'>) {
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
    scope: openScope(operation.scope),
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

const noKeyExpected = () =>
  new LedgerError('CACHE_ENCRYPTION_KEY: expected none, as when the operation in Redis was written, got one.');
