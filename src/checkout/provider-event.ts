import type { CallContext } from './provider.ts';
import type { SessionVersion } from './version.ts';

/** What an event of a provider is about, as its webhook told. It is a hint: the truth is asked of the provider. */
export type EventSubject =
  | {
      is: 'SESSION';
      providerId: string;
      /** How far the event says that the session has come; null when it does not say. Reads behind it are not to be kept. */
      shown: SessionVersion | null;
    }
  /** One of the sessions of that customer, payment or subscription, in the provider's own ids. */
  | { is: 'CUSTOMER'; customerId: string }
  | { is: 'PAYMENT'; paymentId: string }
  | { is: 'SUBSCRIPTION'; subscriptionId: string };

export type ProviderEvent = {
  /** The provider's own word for what happened; empty when there is none. */
  type: string;
  /** Null when it has nothing to do with checkout sessions, or is of a type that nobody knew when this was written. */
  subject: EventSubject | null;
};

/** How the webhooks of a provider are to be taken. */
export type WebhookReader = {
  /** Whether every change of a session comes; else sessions that somebody is subscribed to have to be looked at. */
  tellsOfSessions: boolean;
  /**
   * What the names of the three headers may begin with, before `-id`, `-timestamp` and `-signature`: `svix`, `webhook`.
   */
  headerFamilies: readonly string[];
  /** What stands in front of the base64 of a secret: `whsec_`. */
  secretPrefixes: readonly string[];
  /** Reads a body whose signature was checked. Never throws: what cannot be read has no subject. */
  read(body: unknown): ProviderEvent;
  /**
   * The ids of the sessions that a subject is about; none when there is no such session (yet).
   * @throws GatewayError when the provider cannot be asked
   */
  sessionsOf(subject: EventSubject, call: CallContext): Promise<string[]>;
};
