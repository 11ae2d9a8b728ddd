import type { Limits } from './limits.ts';

/** Where text is written that goes to one consumer. */
export type Sink = {
  /** Bytes that were written and wait for the network. */
  buffered(): number;
  /** Calls back when the network has taken the text, or never will. */
  write(text: string, done: () => void): void;
};

export type SlowReason = 'slow_buffer' | 'slow_flush';

/** Sends to a consumer as long as it keeps up. */
export class Outlet {
  readonly #sink: Sink;
  readonly #limits: Limits;
  readonly #onSlow: (reason: SlowReason) => void;

  constructor(sink: Sink, limits: Limits, onSlow: (reason: SlowReason) => void) {
    this.#sink = sink;
    this.#limits = limits;
    this.#onSlow = onSlow;
  }

  /** Resolves when the network has taken the text, or nothing more is to be sent. */
  send(text: string): Promise<void> {
    const { maxBufferedBytes, flushTimeoutMs } = this.#limits;
    if (this.#sink.buffered() > maxBufferedBytes) {
      this.#onSlow('slow_buffer');
      return Promise.resolve();
    }
    return new Promise((resolve) => {
      let timer: NodeJS.Timeout | undefined;
      let isDone = false;
      this.#sink.write(text, () => {
        isDone = true;
        clearTimeout(timer);
        resolve();
      });
      if (!isDone && this.#sink.buffered() > 0) timer = setTimeout(() => this.#onSlow('slow_flush'), flushTimeoutMs);
    });
  }
}

/** Told to the consumer. A close frame of a WebSocket has room for 123 bytes. */
export const slowSentence = (reason: SlowReason, { maxBufferedBytes, flushTimeoutMs }: Limits): string =>
  reason === 'slow_buffer'
    ? `slow consumer: more than ${maxBufferedBytes} bytes waited for it`
    : `slow consumer: it did not take an event within ${flushTimeoutMs} ms`;
