import type { ServerResponse } from 'node:http';
import type { SubscriptionDrop } from '../../telemetry/metrics.ts';
import type { Answer } from '../answer.ts';
import { Expiry } from '../auth-expiry.ts';
import { standardHeaders } from '../send.ts';
import type { Consumer } from './consumer.ts';
import type { Gate } from './gate.ts';
import type { Limits } from './limits.ts';
import { Outlet } from './outlet.ts';

/** An answer that goes on after the request was dealt with. */
export type StreamedAnswer = Answer & {
  /** @returns whether there was still somebody to write to */
  openOn(response: ServerResponse, requestId: string): boolean;
};

export const isStreamed = (answer: Answer): answer is StreamedAnswer => 'openOn' in answer;

/** No proxy is to keep events until it has enough of them, nor to keep or change them at all. */
const HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-cache, no-store, no-transform',
  'x-accel-buffering': 'no',
};

type Options = {
  /** Text as it is to be sent, keep-alive comments among it. */
  messages: AsyncGenerator<string, void, undefined>;
  consumer: Consumer;
  gate: Gate;
  limits: Limits;
  /** Epoch milliseconds. */
  now(): number;
  onDrop(reason: SubscriptionDrop): void;
  onBug(error: unknown): void;
  /** Called once. */
  onClose(stream: EventStream): void;
};

/** The messages of one consumer on their way over one response. */
export class EventStream {
  readonly #options: Options;
  /** Ends it when who gets it has to show a new token: its client does, when it connects again. */
  readonly expiry: Expiry;
  #response: ServerResponse | undefined;
  #isClosed = false;

  constructor(options: Options) {
    this.#options = options;
    this.expiry = new Expiry(options.now, () => this.close());
  }

  openOn(response: ServerResponse, requestId: string): boolean {
    this.#response = response;
    response.on('error', () => {});
    if (this.#isClosed || response.destroyed) {
      this.#release();
      response.destroy();
      return false;
    }
    response.once('close', () => this.#release());
    // Nothing has to happen on it: whether its events are taken is for the outlet to see.
    response.setTimeout(0);
    response.writeHead(200, { ...standardHeaders(requestId), ...HEADERS });
    void this.#pump(response);
    return true;
  }

  /** Ends the response without a message of completion: clients take that for a lost connection and connect again. */
  close(): void {
    this.#release();
    const response = this.#response;
    if (!response || response.writableEnded) return;
    // By then the response has let go of it.
    const { socket } = response;
    // Who takes nothing any more would keep the connection.
    response.setTimeout(this.#options.limits.flushTimeoutMs, () => response.destroy());
    response.end(() => socket?.destroySoon());
  }

  /** Cuts the connection. */
  destroy(): void {
    this.#release();
    this.#response?.destroy();
  }

  async #pump(response: ServerResponse): Promise<void> {
    const { messages, gate, limits, onBug } = this.#options;
    const sink = {
      buffered: () => response.writableLength,
      write: (text: string, done: () => void) => response.write(text, done),
    };
    const outlet = new Outlet(sink, limits, (reason) => this.#drop(reason));
    try {
      for await (const message of messages) {
        if (this.#isClosed) return;
        void outlet.send(message).then(() => {
          if (message.startsWith('event: next')) gate.pass();
        });
      }
      if (!this.#isClosed) response.end();
    } catch (error) {
      onBug(error);
      this.destroy();
    }
  }

  /** No event tells why: there is no room left for one, and clients know none that ends a stream but lets them retry. */
  #drop(reason: SubscriptionDrop): void {
    if (this.#isClosed) return;
    this.#options.onDrop(reason);
    this.destroy();
  }

  #release(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.expiry.cancel();
    const { consumer, messages, onBug, onClose } = this.#options;
    consumer.end();
    onClose(this);
    messages.return().catch(onBug);
  }
}
