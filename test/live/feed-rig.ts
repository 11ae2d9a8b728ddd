import type { Broker, BrokerListener } from '../../src/live/broker.ts';
import { createFeed, type Feed } from '../../src/live/feed.ts';
import { notice } from './broker-rig.ts';

export type FeedRig = {
  feed: Feed;
  /** Has the broker tell of a session. */
  tell(...args: Parameters<typeof notice>): void;
  gap(): void;
  /** How many listen to the broker. */
  listeners(): number;
};

/** A feed over a broker that tells what the test has it tell, gaps included. */
export function feedRig(limit?: number): FeedRig {
  const listening = new Set<BrokerListener>();
  const broker: Broker = {
    publish: async (each) => {
      for (const listener of listening) listener.notice(each);
    },
    listen: (listener) => {
      listening.add(listener);
      return () => void listening.delete(listener);
    },
    close: async () => undefined,
  };
  return {
    feed: createFeed(broker, limit === undefined ? {} : { limit }),
    tell: (...args) => void broker.publish(notice(...args)),
    gap: () => {
      for (const listener of listening) listener.gap();
    },
    listeners: () => listening.size,
  };
}
