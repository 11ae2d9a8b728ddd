import type { CheckoutSession } from '../checkout/session.ts';
import { encodeCursor, type ListState } from './cursor.ts';
import type { Position } from './position.ts';
import { positionIn, type Stretch } from './source.ts';

/** One list's part of a page. */
export type Part = {
  /** Of its list, in cursors. */
  key: string;
  /** What was read; a list that could not be read stays where it was. */
  stretch: Stretch | null;
  position: Position;
  /** How many sessions of the stretch stand before the page. */
  skipped: number;
};

/** A session on a page. Its cursor is made when it is asked for: most pages need one or none. */
export type Edge = { readonly cursor: string; readonly node: CheckoutSession };

/** What is on a page: which list each session comes from, in their order. */
export class Page {
  readonly edges: Edge[];
  readonly #parts: readonly Part[];
  readonly #order: readonly number[];
  readonly #filter: string;

  constructor(parts: readonly Part[], order: readonly number[], filter: string) {
    this.#parts = parts;
    this.#order = order;
    this.#filter = filter;
    const heads = parts.map(({ skipped }) => skipped);
    this.edges = order.map((part, index) => {
      const head = heads[part] ?? 0;
      heads[part] = head + 1;
      const node = parts[part]?.stretch?.sessions[head] as CheckoutSession;
      return new PageEdge(this, index, node);
    });
  }

  /** The cursor of an edge. */
  cursorAt(index: number): string {
    return encodeCursor(this.#stateAfter(index + 1, this.#parts[this.#order[index] ?? -1]?.key ?? null));
  }

  /** The cursor before the first edge or behind the last; of a page without edges it tells how far was looked. */
  cursorBeside(side: 'before' | 'behind'): string {
    return encodeCursor(this.#stateAfter(side === 'before' ? 0 : this.#order.length, null));
  }

  #stateAfter(edges: number, edge: string | null): ListState {
    const consumed = this.#parts.map(({ skipped }) => skipped);
    for (let index = 0; index < edges; index++) {
      const part = this.#order[index] ?? 0;
      consumed[part] = (consumed[part] ?? 0) + 1;
    }
    const positions = this.#parts.map(({ key, stretch, position }, index) => {
      return [key, stretch ? positionIn(stretch, consumed[index] ?? 0, key === edge) : position] as const;
    });
    return { filter: this.#filter, edge, positions: new Map(positions) };
  }
}

class PageEdge implements Edge {
  readonly node: CheckoutSession;
  readonly #page: Page;
  readonly #index: number;

  constructor(page: Page, index: number, node: CheckoutSession) {
    this.#page = page;
    this.#index = index;
    this.node = node;
  }

  get cursor(): string {
    return this.#page.cursorAt(this.#index);
  }
}
