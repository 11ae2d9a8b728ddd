import type { Log } from '../telemetry/log.ts';
import type { BrokerListener, ChangeNotice } from './broker.ts';

/** Whoever listens to a broker in this process. */
export class Listeners {
  readonly #log: Log;
  readonly #listeners = new Set<BrokerListener>();
  #isClosed = false;
  #hasToldOfFailure = false;

  constructor(log: Log) {
    this.#log = log;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** @returns what ends it */
  add(listener: BrokerListener): () => void {
    // One that listens twice hears twice, and ends each for itself.
    const own: BrokerListener = { notice: (notice) => listener.notice(notice), gap: () => listener.gap() };
    if (!this.#isClosed) this.#listeners.add(own);
    return () => void this.#listeners.delete(own);
  }

  notice(notice: ChangeNotice): void {
    this.#tell((listener) => listener.notice(notice));
  }

  gap(): void {
    this.#tell((listener) => listener.gap());
  }

  close(): void {
    this.#isClosed = true;
    this.#listeners.clear();
  }

  /** One that fails must not keep it from the others, nor from the other replicas. */
  #tell(tell: (listener: BrokerListener) => void): void {
    for (const listener of this.#listeners) {
      try {
        tell(listener);
      } catch (error) {
        if (this.#hasToldOfFailure) continue;
        this.#hasToldOfFailure = true;
        this.#log.error({ reason: error instanceof Error ? error.name : 'error' }, 'a listener for changes failed');
      }
    }
  }
}
