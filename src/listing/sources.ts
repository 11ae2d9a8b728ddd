import { type Expansion, NO_EXPANSION, type Provider } from '../checkout/provider.ts';
import type { SessionIndex } from '../ledger/session-index.ts';
import type { Reading } from '../reading/index.ts';
import type { ListedProvider } from './connection.ts';
import { createIndexSource } from './index-source.ts';
import { createKeysetSource } from './keyset-source.ts';
import { createSnapshotSource } from './snapshot-source.ts';
import type { Source } from './source.ts';

/** The way in which each provider's sessions can be listed: by pages, whole, or as far as the gateway knows them. */
export const listedProviders = (
  providers: Iterable<Provider>,
  reading: Reading,
  index: SessionIndex,
  expansion: Expansion,
): ListedProvider[] =>
  [...providers].map((provider) => ({
    provider: provider.name,
    coverage: provider.listCoverage,
    source: sourceOf(provider, reading, index, expansion),
  }));

function sourceOf(provider: Provider, reading: Reading, index: SessionIndex, expansion: Expansion): Source {
  if (provider.listSessions) return createKeysetSource((page) => reading.page(provider, page, expansion));
  if (provider.listAllSessions) return createSnapshotSource(() => reading.all(provider));
  return createIndexSource(
    () => index.list(provider.name),
    (entry) => reading.session(entry, NO_EXPANSION),
  );
}
