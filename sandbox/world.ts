import type { Clock } from './clock.ts';
import type { People } from './people.ts';

export const PROVIDERS = ['flexprice', 'meteroid', 'flex'] as const;
export type ProviderName = (typeof PROVIDERS)[number];

export const TYPE_SPELLINGS = ['dotted', 'underscored'] as const;

export const TIME_FORMATS = ['seconds', 'milliseconds', 'iso'] as const;

/** Ways in which a provider is known, or feared, to differ from its documents. */
export type Switches = {
  /** Flexprice shows `result` and `provider_result`, which today's server strips. */
  flexpriceResults: boolean;
  /** Milliseconds from a Flexprice session's creation to its link; 0 makes the create answer `pending`. */
  flexpriceLinkDelayMs: number;
  /** How Flex writes `created_at` and `expires_at`. */
  flexTime: (typeof TIME_FORMATS)[number];
  /** How Flex's webhooks write the types about checkouts: `checkout.session.…` or `checkout_session.…`. */
  flexEventTypes: (typeof TYPE_SPELLINGS)[number];
  /** Whether customers come and pay (or fail) for sessions created over the API; those seeded always have customers. */
  customers: boolean;
};

/** The same for each provider. */
export const byProvider = <T>(of: (name: ProviderName) => T): Record<ProviderName, T> =>
  Object.fromEntries(PROVIDERS.map((name) => [name, of(name)])) as Record<ProviderName, T>;

/** Something happened to a session. Of some of it the provider sends a webhook. */
export type SandboxEvent = { provider: ProviderName; type: string; id: string; atMs: number };

/** What the three providers share. */
export type World = {
  seed: number;
  /** How many sessions each provider begins with. */
  sessions: number;
  clock: Clock;
  people: People;
  switches: Switches;
  onEvent: (event: SandboxEvent) => void;
};

export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
