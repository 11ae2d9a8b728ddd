type ProviderFacts = {
  /** The company's name as it writes it, for people. */
  displayName: string;
  /** Stands for the provider in global ids, which clients keep: given once, never to another. */
  idLetter: string;
};

/** Every provider there is, by its name in the schema. */
export const PROVIDER_FACTS = {
  FLEXPRICE: { displayName: 'Flexprice', idLetter: 'p' },
  METEROID: { displayName: 'Meteroid', idLetter: 'm' },
  FLEX: { displayName: 'Flex', idLetter: 'f' },
} as const satisfies Record<string, ProviderFacts>;

export type ProviderName = keyof typeof PROVIDER_FACTS;

/** In the order in which answers name them. */
export const PROVIDER_NAMES = Object.keys(PROVIDER_FACTS) as ProviderName[];

export const displayName = (provider: ProviderName): string => PROVIDER_FACTS[provider].displayName;
