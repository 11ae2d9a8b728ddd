import type { Redis } from 'ioredis';
import type { ChannelNode } from './channel-nodes.ts';
import { COMMON } from './connection.ts';
import { TimeLimit } from './time-limit.ts';
import { reasonOf } from './trouble.ts';

/** Milliseconds from one answered PING to the next. */
const PING_EVERY_MS = 1000;
/** Milliseconds that an answer may take, and the whole of connecting and subscribing. */
const ANSWER_MS = 2000;

export type SubscriberOptions = {
  node: ChannelNode;
  isCluster: boolean;
  channels: readonly string[];
  message(channel: string, text: string): void;
  /** The subscription stood, and does no more. Told once, and not of one that was dropped. */
  lost(reason: string): void;
};

/** One connection that is subscribed, from its beginning to its end; it is never mended. */
export class Subscriber {
  readonly #options: SubscriberOptions;
  readonly #client: Redis;
  readonly #limit = new TimeLimit(ANSWER_MS);
  #timer: NodeJS.Timeout | undefined;
  #stands = false;
  #isOver = false;
  #last: unknown;

  constructor(options: SubscriberOptions) {
    this.#options = options;
    // The time is kept here; ioredis keeps it by the clock, which is wrong when our own event loop was busy.
    const { commandTimeout: _, ...common } = COMMON;
    this.#client = options.node.open({
      ...common,
      connectionName: 'checkout-gateway-channel',
      lazyConnect: true,
      enableOfflineQueue: false,
      // While Redis loads, it takes subscribers already.
      enableReadyCheck: false,
      autoResubscribe: false,
      retryStrategy: () => null,
    });
    this.#client.on('error', (error) => {
      this.#last = error;
    });
    this.#client.on('close', () => this.#lose(this.#last === undefined ? 'connection closed' : reasonOf(this.#last)));
    this.#client.on('message', (channel: string, text: string) => {
      if (!this.#isOver) options.message(channel, text);
    });
  }

  /**
   * Connects and subscribes. Once only.
   * @returns which nodes have which slots, as a cluster tells it
   * @throws Error for `reasonOf`
   */
  async start(): Promise<unknown> {
    try {
      const slots = await this.#limit.hold(this.#begin());
      this.#stands = true;
      this.#watch();
      return slots;
    } catch (error) {
      this.drop();
      // After a refused password, say, ioredis tells the caller only that the connection is closed.
      throw this.#last ?? error;
    }
  }

  /** Gives the connection up without waiting for anything. */
  drop(): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
    this.#client.disconnect();
  }

  async #begin(): Promise<unknown> {
    await this.#client.connect();
    const slots = this.#options.isCluster ? await this.#lookAtCluster() : undefined;
    await this.#client.subscribe(...this.#options.channels);
    return slots;
  }

  /** A node that is cut off from the others hears of nothing. What may not be looked at is taken to be right. */
  async #lookAtCluster(): Promise<unknown> {
    const ask = (what: 'INFO' | 'SLOTS') => this.#client.call('CLUSTER', what).catch(() => undefined);
    const [info, slots] = await Promise.all([ask('INFO'), ask('SLOTS')]);
    // In the words that the node would have for a command.
    if (/^cluster_state:fail/m.test(String(info))) throw new Error('CLUSTERDOWN The cluster is down');
    return slots;
  }

  /** A peer that hangs, or is gone without a goodbye, shows only when it is asked. */
  #watch(): void {
    // Nobody waits for it: it must not keep the process alive.
    this.#timer = setTimeout(async () => {
      try {
        await this.#limit.hold(this.#client.ping());
        if (!this.#isOver) this.#watch();
      } catch (error) {
        this.#lose(reasonOf(error));
      }
    }, PING_EVERY_MS).unref();
  }

  #lose(reason: string): void {
    if (!this.#stands || this.#isOver) return;
    this.drop();
    this.#options.lost(reason);
  }
}
