import { newest, type SessionVersion } from '../checkout/version.ts';

export type News = { drops: readonly string[]; shown: readonly [string, SessionVersion][] };

/** How many drops are remembered, and how many versions; the oldest are given up. */
const MOST = 10_000;
const AT_ONCE = 1000;

/** What Redis has to be told and could not be. */
export class Untold {
  /** By cell; the number tells one drop from a later one of the same cell. */
  readonly #drops = new Map<string, number>();
  readonly #shown = new Map<string, SessionVersion>();
  #count = 0;

  get isEmpty(): boolean {
    return this.#drops.size === 0 && this.#shown.size === 0;
  }

  /** Whether a cell waits to be dropped. */
  has(cell: string): boolean {
    return this.#drops.has(cell);
  }

  /** @returns how many had to be given up for it */
  drop(cells: Iterable<string>): number {
    for (const cell of cells) {
      this.#drops.delete(cell);
      this.#drops.set(cell, ++this.#count);
    }
    return shorten(this.#drops);
  }

  show(cell: string, version: SessionVersion): void {
    const before = this.#shown.get(cell);
    this.#shown.delete(cell);
    this.#shown.set(cell, before ? newest(before, version) : version);
    shorten(this.#shown);
  }

  /** Has the next of it told, and forgets what was. */
  async tell(teller: (news: News) => Promise<void>): Promise<void> {
    const drops = [...this.#drops].slice(0, AT_ONCE);
    const shown = [...this.#shown].slice(0, AT_ONCE);
    await teller({ drops: drops.map(([cell]) => cell), shown });
    // Not what was added while it was told: Redis may have heard of that one too early.
    for (const [cell, number] of drops) if (this.#drops.get(cell) === number) this.#drops.delete(cell);
    for (const [cell, version] of shown) if (this.#shown.get(cell) === version) this.#shown.delete(cell);
  }
}

function shorten(map: Map<string, unknown>): number {
  const surplus = Math.max(0, map.size - MOST);
  for (const cell of map.keys()) {
    if (map.size <= MOST) break;
    map.delete(cell);
  }
  return surplus;
}
