import { LRUCache } from 'lru-cache';
import { newest, type SessionVersion } from '../checkout/version.ts';
import { SHOWN_MS } from './cache.ts';

const MOST = 20_000;

/**
 * The versions that sessions have been seen in, in this process, for 10 minutes each. Apart from the cells, because a
 * session's values come and go while what has been seen of it stays seen.
 */
export class ShownVersions {
  readonly #now: () => number;
  readonly #known = new LRUCache<string, { version: SessionVersion; until: number }>({ max: MOST });

  /** @param now epoch milliseconds */
  constructor(now: () => number) {
    this.#now = now;
  }

  of(cell: string): SessionVersion | null {
    const shown = this.#known.get(cell);
    return shown && shown.until > this.#now() ? shown.version : null;
  }

  show(cell: string, version: SessionVersion): void {
    const before = this.of(cell);
    this.#known.set(cell, { version: before ? newest(before, version) : version, until: this.#now() + SHOWN_MS });
  }
}
