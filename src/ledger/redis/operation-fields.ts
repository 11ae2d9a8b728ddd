import type { ProviderName } from '../../checkout/provider-name.ts';
import type { NewOperation, Operation, OperationScope, OperationState } from '../operations.ts';

/** What a script is given of an operation that begins, as names and values. */
export const toFields = ({ provider, scope, storedScope, change }: NewOperation): string[] => [
  ...['provider', provider],
  // As JSON, because a half of a surrogate pair has no UTF-8.
  ...['scope', JSON.stringify(storedScope ?? scope)],
  ...['change', change],
];

/**
 * The operation of a hash, as HGETALL gives it; null when there is none. The casts hold because only the scripts write
 * there.
 */
export function readFields(reply: unknown): Operation | null {
  const flat = reply as Buffer[];
  if (flat.length === 0) return null;
  const fields = new Map<string, string>();
  for (let at = 0; at < flat.length; at += 2) fields.set(String(flat[at]), String(flat[at + 1]));
  const text = (name: string) => fields.get(name) ?? '';
  return {
    id: text('id'),
    scope: JSON.parse(text('scope')) as OperationScope,
    provider: text('provider') as ProviderName,
    inputHash: text('inputHash'),
    change: text('change'),
    state: text('state') as OperationState,
    startedAt: Number(text('startedAt')),
    finishedAt: fields.has('finishedAt') ? Number(text('finishedAt')) : null,
    result: fields.get('result') ?? null,
  };
}
