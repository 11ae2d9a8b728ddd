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

/** Which of a provider's sessions the gateway's list can hold. */
export type ListCoverage = 'ALL' | 'KNOWN';

/** Where a page begins and how long it is. */
export type PageRequest = {
  /** 1 to 100. */
  limit: number;
  /** Provider id of the session just before the page, newest first. */
  startingAfter?: string;
};

/**
 * A company that runs checkout sessions, behind one face. Optional members are what not every company offers; who
 * calls them asks first. Every method throws GatewayError with an UPSTREAM_ code when the provider fails.
 */
export type Provider = {
  readonly name: ProviderName;
  readonly listCoverage: ListCoverage;
  /** One session; null when the provider has none of that id. */
  getSession(providerId: string, expansion: Expansion, call: CallContext): Promise<CheckoutSession | null>;
  /** Every session there is, newest first: for a provider that has no pages. */
  listAllSessions?(call: CallContext): Promise<CheckoutSession[]>;
  /** A page of sessions, newest first. */
  listSessions?(page: PageRequest, expansion: Expansion, call: CallContext): Promise<CheckoutSession[]>;
  /** What is being bought; null when the provider has no such session. */
  getLineItems?(providerId: string, call: CallContext): Promise<FlexLineItem[] | null>;
  /** Puts the record away. Doing it again changes nothing. */
  deleteSession?(providerId: string, call: CallContext): Promise<'DELETED' | 'NOT_FOUND'>;
};

/** How well a provider has been answering lately. */
export type ProviderHealth = 'UP' | 'DEGRADED' | 'DOWN';
