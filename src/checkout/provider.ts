import type { ChangeHandlers } from './change.ts';
import type { Listing } from './list.ts';
import type { WebhookReader } from './provider-event.ts';
import type { CheckoutSession, FlexLineItem, ProviderName } from './session.ts';

/** What can be asked of a provider beyond the bare session, in the same call. */
export type Expansion = { customer: boolean; paymentIntent: boolean };

export const NO_EXPANSION: Expansion = { customer: false, paymentIntent: false };

/** What travels with every call to a provider. */
export type CallContext = {
  /** Epoch milliseconds by which the caller must have an answer; a call's own deadline may come earlier. */
  deadline: number;
  /** Appears in the log beside what went wrong. */
  requestId: string;
};

/**
 * A company that runs checkout sessions, behind one face. Optional members are what not every company offers; who
 * calls them asks first. Every method throws GatewayError with an UPSTREAM_ code when the provider fails.
 */
export type Provider = {
  readonly name: ProviderName;
  readonly listing: Listing;
  /** What it can expand. @default nothing */
  readonly expands?: Expansion;
  /** One session; null when the provider has none of that id. */
  getSession(providerId: string, expansion: Expansion, call: CallContext): Promise<CheckoutSession | null>;
  /** What is being bought; null when the provider has no such session. */
  getLineItems?(providerId: string, call: CallContext): Promise<FlexLineItem[] | null>;
  /** What it can do to sessions. @default nothing */
  readonly changes?: ChangeHandlers;
  /** Its webhooks. @default it has none */
  readonly webhook?: WebhookReader;
};

/** How well a provider has been answering lately. */
export type ProviderHealth = 'UP' | 'DEGRADED' | 'DOWN';
