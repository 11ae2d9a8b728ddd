import { setImmediate as nextTurn } from 'node:timers/promises';
import type { FormattedExecutionResult } from 'graphql';
import type { Gate } from './gate.ts';

export type Result = FormattedExecutionResult;
type Step = IteratorResult<Result, undefined>;

/** Events after which the rest of the process gets a turn: a source that always has one would keep it for itself. */
const EVENTS_AT_A_STRETCH = 32;

const DONE: Step = { done: true, value: undefined };

export type Parts = {
  source: AsyncIterator<unknown>;
  /** What an event is to the subscriber. Never rejects. */
  respond(event: unknown): Promise<Result>;
  /** The source failed: gives what ends the stream, or throws it. */
  failed(error: unknown): Result;
  /** Called once, however it ends. */
  ended(stream: OperationStream): void;
  gate: Gate | undefined;
};

type Pending = { resolve: (step: Step) => void; reject: (error: unknown) => void };

/**
 * The results of one subscription. The source is asked for an event only when a result is asked for, and however the
 * stream ends before the source does, the source's `return` is called exactly once and at once: not after the event
 * that is waited for, as a generator would.
 */
export class OperationStream implements AsyncIterableIterator<Result, undefined> {
  readonly #parts: Parts;
  #pending: Pending | undefined;
  #ended = false;
  #ticket = 0;
  #stretch = 0;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  next(): Promise<Step> {
    if (this.#ended) return Promise.resolve(DONE);
    return new Promise((resolve, reject) => {
      this.#pending = { resolve, reject };
      void this.#pull();
    });
  }

  return(): Promise<Step> {
    if (!this.#ended) {
      this.#end();
      this.#returnSource();
      this.#settle(DONE);
    }
    return Promise.resolve(DONE);
  }

  /** Libraries tell generators by it. */
  throw(): Promise<Step> {
    return this.return();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async #pull(): Promise<void> {
    try {
      const { source, respond, gate } = this.#parts;
      if (gate && this.#ticket > 0) await gate.until(this.#ticket);
      await this.#giveWay();
      if (this.#ended) return;
      const step = await source.next();
      if (this.#ended) return;
      if (step.done) {
        this.#end();
        this.#settle(DONE);
        return;
      }
      const value = await respond(step.value);
      if (!this.#ended) this.#handOver(value);
    } catch (error) {
      this.#fail(error);
    }
  }

  async #giveWay(): Promise<void> {
    this.#stretch = (this.#stretch + 1) % EVENTS_AT_A_STRETCH;
    if (this.#stretch === 0) await nextTurn();
  }

  #handOver(value: Result): void {
    this.#ticket = this.#parts.gate?.take() ?? 0;
    this.#settle({ done: false, value });
  }

  #fail(error: unknown): void {
    if (this.#ended) return;
    this.#end();
    this.#returnSource();
    try {
      this.#handOver(this.#parts.failed(error));
    } catch (failure) {
      this.#pending?.reject(failure);
      this.#pending = undefined;
    }
  }

  #end(): void {
    this.#ended = true;
    this.#parts.ended(this);
  }

  #returnSource(): void {
    // Nobody waits for it: a source may take until its next event.
    void (async () => this.#parts.source.return?.())().catch(() => {});
  }

  #settle(step: Step): void {
    this.#pending?.resolve(step);
    this.#pending = undefined;
  }
}
