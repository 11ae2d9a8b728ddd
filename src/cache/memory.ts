import type { Cache } from './cache.ts';
import { MemoryCells } from './memory-cells.ts';

export type MemoryCache = Cache & {
  /** What the tiered store stands on. */
  readonly cells: MemoryCells;
};

type Options = {
  /** Bytes that the values may take, about; 0 keeps none, and still knows who fetches what. */
  maxBytes: number;
  /** Epoch milliseconds. */
  now: () => number;
};

/**
 * Keeps values in this process, the ones used last. They are given as they were stored, not copied: nobody may change
 * them.
 */
export function createMemoryCache({ maxBytes, now }: Options): MemoryCache {
  const cells = new MemoryCells(maxBytes, now);
  return {
    cells,
    get: async (place) => cells.look(place),
    begin: async (place) => cells.begin(place),
    async store(place, turn, entry) {
      const isStored = cells.put(place, turn.epoch, entry);
      cells.release(place, turn);
      return isStored;
    },
    release: async (place, turn) => cells.release(place, turn),
    drop: async (names) => cells.drop(names),
    show: async (cell, version) => cells.shown.show(cell, version),
  };
}
