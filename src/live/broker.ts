import type { ProviderName } from '../checkout/provider-name.ts';
import type { SessionStatus } from '../checkout/status.ts';

/** How the gateway learned of a change. */
export type ChangeTrigger = 'WEBHOOK' | 'MUTATION' | 'POLL';

/**
 * That a session changed. It does not hold the session: each subscriber reads it, so that nothing personal passes here
 * and every subscriber is shown what it may see.
 */
export type ChangeNotice = {
  provider: ProviderName;
  providerId: string;
  /** Null when it is not known. */
  previousStatus: SessionStatus | null;
  trigger: ChangeTrigger;
  /** Epoch milliseconds when the gateway learned of it. */
  at: number;
};

export type BrokerListener = {
  notice(notice: ChangeNotice): void;
  /** Notices may have been missed: the connection over which they come was away, and is back. */
  gap(): void;
};

/** Carries notices to all listeners of all replicas, in the order in which each replica published. */
export type Broker = {
  /** Reaches this process' own listeners always; rejects when it may not have reached the other replicas. */
  publish(notice: ChangeNotice): Promise<void>;
  /** @returns what ends it */
  listen(listener: BrokerListener): () => void;
  /** Closing twice does nothing. */
  close(): Promise<void>;
};
