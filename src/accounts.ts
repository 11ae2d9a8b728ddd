import { createHash } from 'node:crypto';
import type { ProviderName } from './checkout/provider-name.ts';
import type { Config, ProviderConfig } from './config.ts';
import type { LedgerAccounts } from './ledger/ledger.ts';
import { PROVIDERS } from './providers/registry.ts';
import type { CacheAccounts } from './reading/places.ts';

export const baseUrlOf = (name: ProviderName, { baseUrl }: ProviderConfig): string =>
  baseUrl ?? PROVIDERS[name].defaultBaseUrl;

/**
 * What the ledger's rows belong to. Not the key: keys are rotated, and an account does not lose its sessions by that.
 */
export const accountsOf = (config: Config): LedgerAccounts => hashOfEach(config, accountTexts);

/** What cached answers belong to. With the key: another key may see other sessions of the account. */
export const cacheAccountsOf = (config: Config): CacheAccounts =>
  hashOfEach(config, (name, settings) => [...accountTexts(name, settings), settings.apiKey]);

const accountTexts = (name: ProviderName, settings: ProviderConfig): string[] => [
  baseUrlOf(name, settings),
  settings.environmentId ?? '',
];

function hashOfEach(
  { providers }: Config,
  texts: (name: ProviderName, settings: ProviderConfig) => string[],
): Partial<Record<ProviderName, string>> {
  const hashes = Object.entries(providers).map(([name, settings]) => {
    const text = texts(name as ProviderName, settings).join(' ');
    return [name, createHash('sha256').update(text).digest('base64url').slice(0, 22)];
  });
  return Object.fromEntries(hashes);
}
