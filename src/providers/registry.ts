import type { Provider } from '../checkout/provider.ts';
import type { ProviderName } from '../checkout/session.ts';
import { createFlex } from './flex/index.ts';
import { createFlexprice } from './flexprice/index.ts';
import { createMeteroid } from './meteroid/index.ts';
import type { ProviderOptions } from './provider-options.ts';

type ProviderEntry = {
  create: (options: ProviderOptions) => Provider;
  /** Where its public API is. */
  defaultBaseUrl: string;
  /** The headers that carry the credentials. */
  headers: (credentials: { apiKey: string; environmentId?: string | undefined }) => Record<string, string>;
};

const bearer: ProviderEntry['headers'] = ({ apiKey }) => ({ authorization: `Bearer ${apiKey}` });

/** Every provider the gateway knows. Adding one is a folder beside these, and an entry here. */
export const PROVIDERS = {
  FLEXPRICE: {
    create: createFlexprice,
    defaultBaseUrl: 'https://us.api.flexprice.io/v1',
    headers: ({ apiKey, environmentId }) => ({
      'x-api-key': apiKey,
      ...(environmentId && { 'x-environment-id': environmentId }),
    }),
  },
  METEROID: { create: createMeteroid, defaultBaseUrl: 'https://api.meteroid.com', headers: bearer },
  FLEX: { create: createFlex, defaultBaseUrl: 'https://api.withflex.com', headers: bearer },
} as const satisfies Record<ProviderName, ProviderEntry>;
