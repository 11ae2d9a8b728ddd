import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../telemetry/log.ts';
import { Echo } from './channel-echo.ts';
import { ChannelNodes } from './channel-nodes.ts';
import { publishOn, publishOver } from './channel-publish.ts';
import { Subscriber } from './channel-subscriber.ts';
import { RedisAway, type RedisLink } from './link.ts';
import { reasonOf } from './trouble.ts';

/** Milliseconds that the first subscription may take. */
const START_MS = 900;
/** Milliseconds before the next attempt, at least and at most. */
const LEAST_DELAY_MS = 100;
const MOST_DELAY_MS = 2000;
/** Milliseconds that a subscription has to stand for, for its loss not to count as one more failure. */
const STEADY_MS = 10_000;

export type RedisChannelOptions = {
  /** As for the link. */
  url: string;
  /** The channel's name. A user with few rights needs the pattern `<name>*`. */
  name: string;
  log: Log;
  /** What is published goes over it. It is not closed with the channel. */
  link: RedisLink;
  /** Epoch milliseconds. @default Date.now */
  now?: () => number;
};

export type ChannelListener = {
  message(text: string): void;
  /** Messages may have been missed; what is published from now on comes. */
  gap(): void;
};

/** What one publishes, all hear who are connected at that time, also the one who published it. */
export type RedisChannel = {
  /** Whether the subscription stands. Publishing has nothing to do with it. */
  readonly isUp: boolean;
  /**
   * Takes a second at most. What one process publishes comes in that order, as long as the same node of a cluster has it.
   * @throws RedisAway when it may not have been published
   */
  publish(text: string): Promise<void>;
  /** @returns what ends it */
  listen(listener: ChannelListener): () => void;
  /** Ends everything without waiting. Closing twice does nothing. */
  close(): void;
};

/**
 * Subscribes to a channel of Redis. It takes a second at most, and never fails: while Redis cannot be reached, messages do
 * not come, and it goes on trying.
 */
export async function createRedisChannel(options: RedisChannelOptions): Promise<RedisChannel> {
  const channel = new Channel(options);
  await channel.start();
  return channel;
}

class Channel implements RedisChannel {
  readonly #options: RedisChannelOptions;
  readonly #nodes: ChannelNodes;
  readonly #echoName: string;
  readonly #echo: Echo;
  readonly #listeners = new Set<ChannelListener>();
  readonly #stood = Promise.withResolvers<void>();
  #subscriber: Subscriber | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isUp = false;
  #isStarting = true;
  #isClosed = false;
  #failures = 0;
  #stoodAt = 0;
  #awaySince: number | undefined;
  #reason = 'no answer';
  #hasToldOfListener = false;

  constructor(options: RedisChannelOptions) {
    this.#options = options;
    this.#nodes = new ChannelNodes(options.url);
    // On a channel of its own, so that nobody else has to hear it.
    this.#echoName = `${options.name}:echo:${randomBytes(9).toString('base64url')}`;
    this.#echo = new Echo({
      call: (text) => this.#call(text),
      skipped: () => this.#tell((listener) => listener.gap()),
      silent: () => this.#lose('no echo'),
    });
  }

  get isUp(): boolean {
    return this.#isUp;
  }

  async start(): Promise<void> {
    void this.#attempt();
    const ended = new AbortController();
    await Promise.race([this.#stood.promise, sleep(START_MS, undefined, ended).catch(() => undefined)]);
    ended.abort();
    this.#isStarting = false;
    if (!this.#isUp) this.#fall();
  }

  async publish(text: string): Promise<void> {
    if (this.#isClosed) throw new RedisAway('The channel is closed.');
    await publishOver(this.#options.link, this.#options.name, text);
  }

  listen(listener: ChannelListener): () => void {
    // One that listens twice hears twice, and ends each for itself.
    const own: ChannelListener = { message: (text) => listener.message(text), gap: () => listener.gap() };
    if (!this.#isClosed) this.#listeners.add(own);
    return () => void this.#listeners.delete(own);
  }

  close(): void {
    this.#isClosed = true;
    this.#isUp = false;
    this.#listeners.clear();
    this.#echo.stop();
    clearTimeout(this.#timer);
    this.#subscriber?.drop();
  }

  async #attempt(): Promise<void> {
    const { name } = this.#options;
    const subscriber = new Subscriber({
      node: this.#nodes.next(),
      isCluster: this.#nodes.isCluster,
      channels: [name, this.#echoName],
      message: (channel, text) => {
        if (channel !== name) this.#echo.hear(text);
        else this.#tell((listener) => listener.message(text));
      },
      lost: (reason) => this.#lose(reason),
    });
    this.#subscriber = subscriber;
    try {
      const slots = await subscriber.start();
      if (this.#isClosed) return;
      this.#nodes.learn(slots);
      this.#rise();
    } catch (error) {
      if (!this.#isClosed) this.#retry(reasonOf(error));
    }
  }

  #rise(): void {
    this.#isUp = true;
    this.#stoodAt = performance.now();
    this.#stood.resolve();
    this.#echo.start();
    const { log, now = Date.now } = this.#options;
    if (this.#awaySince !== undefined) log.info({ awayMs: now() - this.#awaySince }, 'redis channel is back');
    this.#awaySince = undefined;
    this.#tell((listener) => listener.gap());
  }

  #lose(reason: string): void {
    if (!this.#isUp) return;
    this.#isUp = false;
    this.#echo.stop();
    this.#subscriber?.drop();
    if (performance.now() - this.#stoodAt > STEADY_MS) this.#failures = 0;
    this.#retry(reason);
    this.#fall();
  }

  #fall(): void {
    if (this.#isStarting || this.#isClosed || this.#awaySince !== undefined) return;
    const { log, link, now = Date.now } = this.#options;
    this.#awaySince = now();
    const reason = this.#reason;
    // That Redis is away has been said then.
    log[link.isUp ? 'warn' : 'info'](
      { reason },
      `redis channel is away: ${reason}: what other replicas tell does not come`,
    );
  }

  /** Not the same delay for all gateways. Nobody waits for it: it must not keep the process alive. */
  #retry(reason: string): void {
    this.#reason = reason;
    const longest = Math.min(MOST_DELAY_MS, LEAST_DELAY_MS * 2 ** Math.min(this.#failures++, 10));
    const delay = Math.max(LEAST_DELAY_MS, longest * (0.5 + Math.random() / 2));
    this.#timer = setTimeout(() => void this.#attempt(), delay).unref();
  }

  async #call(text: string): Promise<void> {
    const { link, name } = this.#options;
    // One that takes no writes may be another than the one where the others publish by now.
    if (!link.isUp) throw new RedisAway('Redis is away.');
    await link.attempt((client) => publishOn(client, this.#echoName, text, name));
  }

  /** One listener that fails must not keep it from the others, nor end the process. */
  #tell(tell: (listener: ChannelListener) => void): void {
    for (const listener of this.#listeners) {
      try {
        tell(listener);
      } catch (error) {
        if (this.#hasToldOfListener) continue;
        this.#hasToldOfListener = true;
        // By its name: its message could hold what was published.
        const reason = error instanceof Error ? error.name : 'error';
        this.#options.log.error({ reason }, 'a listener of the redis channel failed');
      }
    }
  }
}
