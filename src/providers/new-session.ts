import type { Change, NewSession } from '../checkout/change.ts';
import type { ProviderName } from '../checkout/provider-name.ts';
import type { MetadataEntry } from '../checkout/session.ts';

type Create = Extract<Change, { kind: 'CREATE' }>;

/**
 * The session to create, as this provider's.
 * @throws TypeError for that of another: a bug of who sends it here
 */
export function newSessionOf<P extends ProviderName>(
  { session }: Create,
  provider: P,
): Extract<NewSession, { provider: P }> {
  if (session.provider !== provider) throw new TypeError(`A session of ${session.provider} cannot be created there.`);
  return session as Extract<NewSession, { provider: P }>;
}

/** Metadata as the providers take it: an object of texts. What was not given is left out of the body. */
export const metadataObject = (entries: MetadataEntry[] | undefined): Record<string, string> | undefined =>
  entries && Object.fromEntries(entries.map(({ key, value }) => [key, value]));
