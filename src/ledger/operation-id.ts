import { createHash } from 'node:crypto';
import type { ChangeKind } from '../checkout/change.ts';
import { PROVIDER_NAMES, type ProviderName } from '../checkout/provider-name.ts';
import type { LedgerAccounts } from './ledger.ts';
import type { OperationScope } from './operations.ts';

const KINDS = {
  CREATE: true,
  CANCEL: true,
  DELETE: true,
  CAPTURE: true,
  REFUND: true,
  CONFIRM: true,
  REAUTHORIZE: true,
} as const satisfies Record<ChangeKind, true>;

/**
 * The id of an operation: from its account and scope alone, so that every replica and every store has the same.
 * @param account what stands for the provider's account, as in `LedgerAccounts`
 * @returns 43 URL-safe characters
 */
export const operationId = (provider: ProviderName, account: string, scope: OperationScope): string =>
  createHash('sha256')
    // JSON, which writes what two texts cannot share: where one ends, and halves of surrogate pairs.
    .update(JSON.stringify([provider, account, scope.caller, scope.kind, scope.idempotencyKey]))
    .digest('base64url');

/** The ids that an operation of a scope may have, whichever of the gateway's accounts it is for. */
export const idsOfScope = (accounts: LedgerAccounts, scope: OperationScope): string[] =>
  PROVIDER_NAMES.flatMap((provider) => {
    const account = accounts[provider];
    return account === undefined ? [] : [operationId(provider, account, scope)];
  });

/** The ids that operations with a key of a caller may have, of whichever kind unless one is named. */
export const idsOfKey = (
  accounts: LedgerAccounts,
  caller: string,
  idempotencyKey: string,
  kind?: ChangeKind,
): string[] => {
  const kinds = kind ? [kind] : (Object.keys(KINDS) as ChangeKind[]);
  return kinds.flatMap((each) => idsOfScope(accounts, { caller, kind: each, idempotencyKey }));
};
