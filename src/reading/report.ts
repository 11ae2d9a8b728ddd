import type { ReadOutcome } from '../telemetry/metrics.ts';

/** What a request's answer is made of, as far as the cache is concerned. */
export type CacheReport = {
  /** Reads that were answered from what is kept. */
  readonly hits: number;
  /** Reads that a provider was asked for. */
  readonly misses: number;
  /** Whether something old is shown because its provider could not be asked. */
  readonly isStale: boolean;
  /** Epoch milliseconds until which all of it is fresh; null when nothing was read. */
  readonly freshUntil: number | null;
};

/** Gathers the report while the request reads. */
export class ReportBuilder implements CacheReport {
  readonly #observe: (outcome: ReadOutcome) => void;
  hits = 0;
  misses = 0;
  isStale = false;
  freshUntil: number | null = null;

  constructor(observe: (outcome: ReadOutcome) => void = () => {}) {
    this.#observe = observe;
  }

  hit(freshUntil: number): void {
    this.hits++;
    this.#observe('hit');
    this.isFreshUntil(freshUntil);
  }

  miss(freshUntil: number): void {
    this.misses++;
    this.#observe('miss');
    this.isFreshUntil(freshUntil);
  }

  /** The provider was asked in vain, and what is kept stands in for its answer. */
  stale(): void {
    this.hits++;
    this.isStale = true;
    this.#observe('stale');
    this.isFreshUntil(0);
  }

  /** The provider was asked in vain, and nothing stands in: what is missing may be there the next moment. */
  failed(): void {
    this.misses++;
    this.#observe('failed');
    this.isFreshUntil(0);
  }

  /** For reads of which it is not known yet whether they go into the answer. */
  apart(): ReportBuilder {
    return new ReportBuilder(this.#observe);
  }

  /** Such reads, or what is to be told instead of them. */
  take({ hits, misses, isStale, freshUntil }: CacheReport): void {
    this.hits += hits;
    this.misses += misses;
    this.isStale ||= isStale;
    if (freshUntil !== null) this.isFreshUntil(freshUntil);
  }

  /** All of it is fresh no longer than until then. */
  isFreshUntil(time: number): void {
    this.freshUntil = Math.min(this.freshUntil ?? time, time);
  }
}
