import { randomBytes } from 'node:crypto';
import type { ProviderName } from '../checkout/provider-name.ts';
import type { RedisChannel } from '../redis/channel.ts';
import type { Log } from '../telemetry/log.ts';
import type { Broker, BrokerListener, ChangeNotice } from './broker.ts';
import { Listeners } from './listeners.ts';
import { decodeMessage, encodeMessage, MESSAGE_FORMAT } from './message.ts';
import { Outbox } from './outbox.ts';

/** What the channel has to be called. A user of Redis with few rights needs the pattern `checkout-gateway:live:*`. */
export const LIVE_CHANNEL = `checkout-gateway:live:${MESSAGE_FORMAT}`;

/** How many sessions' notices are kept that could not be sent. */
const MAX_KEPT = 1000;
/** Milliseconds from one attempt to send them to the next. */
const RETRY_EVERY_MS = 1000;

export type RedisBrokerOptions = {
  /** Of the name LIVE_CHANNEL. It is not closed with the broker. */
  channel: RedisChannel;
  /**
   * A text that stands for the account of each provider. Gateways of other accounts may use the same Redis: what they
   * tell is not for us.
   */
  accounts: Partial<Record<ProviderName, string>>;
  log: Log;
};

export type RedisBroker = Broker & {
  /** How many messages have come that were none of this format. */
  readonly ignored: number;
};

/**
 * For a gateway of several processes. What could not be sent is sent again until it can; it may then come twice, and
 * later than what was sent after it.
 */
export const createRedisBroker = (options: RedisBrokerOptions): RedisBroker => new OverChannel(options);

class OverChannel implements RedisBroker {
  readonly #options: RedisBrokerOptions;
  readonly #sender = randomBytes(12).toString('base64url');
  readonly #listeners: Listeners;
  readonly #outbox: Outbox;
  readonly #endListening: () => void;
  #timer: NodeJS.Timeout | undefined;
  #isKeeping = false;
  #ignored = 0;
  #lost = 0;

  constructor(options: RedisBrokerOptions) {
    this.#options = options;
    this.#listeners = new Listeners(options.log);
    this.#outbox = new Outbox({
      send: (notice) => this.#send(notice),
      limit: MAX_KEPT,
      lost: () => {
        this.#lost++;
      },
    });
    this.#endListening = options.channel.listen({
      message: (text) => this.#receive(text),
      gap: () => {
        void this.#sendKept();
        this.#listeners.gap();
      },
    });
  }

  get ignored(): number {
    return this.#ignored;
  }

  async publish(notice: ChangeNotice): Promise<void> {
    if (this.#listeners.isClosed) throw new Error('The broker is closed.');
    this.#listeners.notice(notice);
    if (this.#options.accounts[notice.provider] === undefined) {
      throw new TypeError(`There is no account of ${notice.provider}.`);
    }
    // What waits goes first, so that the order stays.
    if (!this.#outbox.isEmpty) return this.#outbox.sendLast(notice);
    try {
      await this.#send(notice);
    } catch (error) {
      this.#keep(notice, error);
      throw error;
    }
  }

  listen(listener: BrokerListener): () => void {
    return this.#listeners.add(listener);
  }

  async close(): Promise<void> {
    if (this.#listeners.isClosed) return;
    this.#listeners.close();
    this.#endListening();
    clearTimeout(this.#timer);
    // The last chance of what is kept; Redis is not waited for when it is away.
    await this.#outbox.flush().catch(() => undefined);
  }

  async #send(notice: ChangeNotice): Promise<void> {
    const account = this.#options.accounts[notice.provider] ?? '';
    await this.#options.channel.publish(encodeMessage({ sender: this.#sender, account, notice }));
  }

  #keep(notice: ChangeNotice, error: unknown): void {
    this.#outbox.keep(notice);
    if (this.#isKeeping || this.#listeners.isClosed) return;
    this.#isKeeping = true;
    const reason = error instanceof Error ? error.message : 'error';
    this.#options.log.warn({ reason }, 'changes cannot be told to other replicas: they are kept for later');
    this.#wait();
  }

  #wait(): void {
    clearTimeout(this.#timer);
    // Nobody waits for it: it must not keep the process alive.
    this.#timer = setTimeout(() => void this.#sendKept(), RETRY_EVERY_MS).unref();
  }

  async #sendKept(): Promise<void> {
    await this.#outbox.flush().catch(() => undefined);
    if (!this.#isKeeping || this.#listeners.isClosed) return;
    if (!this.#outbox.isEmpty) return this.#wait();
    clearTimeout(this.#timer);
    this.#isKeeping = false;
    this.#options.log.info({ lost: this.#lost }, 'other replicas have been told the changes that were kept');
    this.#lost = 0;
  }

  #receive(text: string): void {
    const message = decodeMessage(text);
    if (!message) {
      this.#ignore();
      return;
    }
    const { sender, account, notice } = message;
    if (sender === this.#sender || account !== this.#options.accounts[notice.provider]) return;
    this.#listeners.notice(notice);
  }

  #ignore(): void {
    this.#ignored++;
    if (this.#ignored > 1) return;
    const msg = 'a message on the channel of changes is not one that this gateway understands; such are ignored';
    this.#options.log.warn({ channel: LIVE_CHANNEL }, msg);
  }
}
