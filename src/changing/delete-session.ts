import type { SessionKey } from '../checkout/global-id.ts';
import { type CallContext, NO_EXPANSION, type Provider } from '../checkout/provider.ts';
import type { ProviderName } from '../checkout/session.ts';
import type { SessionVersion } from '../checkout/version.ts';
import type { Reading } from '../reading/index.ts';

/** What the caller can mend. */
export type UserError = {
  code: 'NOT_FOUND' | 'UNSUPPORTED_OPERATION';
  message: string;
  /** Path in the input. */
  field: string[];
};

export type DeleteResult = { deleted: true } | { deleted: false; error: UserError };

const FIELD = ['input', 'id'];

/** All that a provider that deletes says about the session. */
const ARCHIVED: SessionVersion = { updatedAt: null, stage: 0, isArchived: true };

/**
 * Puts a session away at the provider that can. Doing it again succeeds again. What was read of the session before is
 * forgotten whatever comes of it, for a change that failed may have happened.
 * @throws GatewayError when the provider fails
 */
export async function deleteSession(
  key: SessionKey,
  providers: ReadonlyMap<ProviderName, Provider>,
  reading: Reading,
  call: CallContext,
): Promise<DeleteResult> {
  const provider = providers.get(key.provider);
  if (!provider) return refused('NOT_FOUND', 'There is no such checkout session: its provider is not enabled.');
  if (!provider.deleteSession) {
    return refused('UNSUPPORTED_OPERATION', 'This provider cannot delete checkout sessions; see availableActions.');
  }
  // Before too: what is being read while the session changes must not be kept.
  await reading.forget(key);
  let outcome: 'DELETED' | 'NOT_FOUND' | undefined;
  try {
    outcome = await provider.deleteSession(key.providerId, call);
    if (outcome === 'NOT_FOUND') return refused('NOT_FOUND', 'The provider has no such checkout session.');
  } finally {
    await reading.forget(key, outcome === 'DELETED' ? ARCHIVED : undefined);
  }
  // So that lists learn of a session that was never read; should it fail, the session is deleted all the same.
  await reading.session(key, NO_EXPANSION).catch(() => null);
  return { deleted: true };
}

const refused = (code: UserError['code'], message: string): DeleteResult => ({
  deleted: false,
  error: { code, message, field: FIELD },
});
