import type { Place } from '../cache/cache.ts';
import type { Expansion } from '../checkout/provider.ts';
import type { ProviderName } from '../checkout/provider-name.ts';

/** For each provider, a text that stands for the account and the key that it is asked with. */
export type CacheAccounts = Readonly<Partial<Record<ProviderName, string>>>;

/** Where what a provider answers lies in the cache. Nothing of the caller is in it. */
export type Places = {
  /** All that is known of one session. */
  sessionCell(provider: ProviderName, providerId: string): string;
  /** What every list of a provider stands under. */
  listsCell(provider: ProviderName): string;
  session(provider: ProviderName, providerId: string, expansion: Expansion): Place;
  lineItems(provider: ProviderName, providerId: string): Place;
  /** @param list tells it from the provider's other lists and pages */
  list(provider: ProviderName, list: string): Place;
};

export function createPlaces(accounts: CacheAccounts): Places {
  const cell = (provider: ProviderName, ...rest: string[]) => [provider, accounts[provider] ?? '', ...rest].join(' ');
  const sessionCell: Places['sessionCell'] = (provider, providerId) => cell(provider, 'session', providerId);
  const listsCell: Places['listsCell'] = (provider) => cell(provider, 'lists');
  return {
    sessionCell,
    listsCell,
    session: (provider, providerId, expansion) => {
      const [field = '', ...covering] = fieldsFor(expansion);
      return { cell: sessionCell(provider, providerId), field, covering, shownIn: [listsCell(provider)] };
    },
    lineItems: (provider, providerId) => ({ cell: sessionCell(provider, providerId), field: 'lineItems' }),
    list: (provider, list) => ({ cell: cell(provider, 'list', list), field: 'list', under: listsCell(provider) }),
  };
}

/** The field of a session with just this expanded, and then those with more. */
function fieldsFor({ customer, paymentIntent }: Expansion): readonly string[] {
  if (customer && paymentIntent) return BOTH;
  if (customer) return WITH_CUSTOMER;
  return paymentIntent ? WITH_PAYMENT_INTENT : PLAIN;
}

const BOTH = ['session+customer+paymentIntent'] as const;
const WITH_CUSTOMER = ['session+customer', ...BOTH] as const;
const WITH_PAYMENT_INTENT = ['session+paymentIntent', ...BOTH] as const;
const PLAIN = ['session', 'session+customer', ...WITH_PAYMENT_INTENT] as const;
