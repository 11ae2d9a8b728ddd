import { LRUCache } from 'lru-cache';
import { type Entry, type Epoch, type Look, type Place, TURN_MS, type Turn } from './cache.ts';
import { joinTokens, newToken, underToken } from './epoch.ts';
import { longer } from './longest.ts';
import { ShownVersions } from './shown-versions.ts';
import { weigh } from './weigh.ts';

type Value = { epoch: Epoch; entry: Entry; weight: number };

type Cell = {
  token: string;
  /** The version seen last, and when it was asked for. */
  seen?: { version: string; fetchedAt: number };
  values: Map<string, Value>;
  /** Who fetches which field under which cell above, and until when (epoch milliseconds). */
  turns: Map<string, { turn: Turn; until: number }>;
};

/** Bytes of a cell without its values: token, maps, places in lists. */
const CELL_WEIGHT = 400;
/** Cells without values are what reads in flight stand on: some megabytes at most, beside what values may take. */
const MOST_BARE = 10_000;

/** The memory store as it is inside: each step is done at once, so that nothing comes between two of them. */
export class MemoryCells {
  readonly shown: ShownVersions;
  readonly #maxBytes: number;
  readonly #now: () => number;
  readonly #bare = new LRUCache<string, Cell>({ max: MOST_BARE });
  readonly #full: LRUCache<string, Cell>;

  /**
   * @param maxBytes that the values may take, about; 0 keeps none
   * @param now epoch milliseconds
   */
  constructor(maxBytes: number, now: () => number) {
    this.shown = new ShownVersions(now);
    this.#maxBytes = maxBytes;
    this.#now = now;
    this.#full = new LRUCache({
      // 0 would stand for no limit.
      maxSize: Math.max(1, maxBytes),
      disposeAfter: (cell, name, reason) => {
        if (reason === 'evict') this.#strip(name, cell);
      },
    });
  }

  /** @param accept which entries count; all that are valid when left out */
  look(place: Place, accept: (entry: Entry) => boolean = () => true): Look {
    const epoch = this.#present(place);
    const values = this.#find(place.cell)?.values;
    if (epoch === null || !values) return { epoch, entry: null };
    let entry: Entry | null = null;
    for (const field of [place.field, ...(place.covering ?? [])]) {
      const value = values.get(field);
      if (value?.epoch !== epoch || value.entry.errorUntil <= this.#now() || !accept(value.entry)) continue;
      entry = longer(entry, value.entry);
    }
    return { epoch, entry };
  }

  /** The epoch of a place, made when there is none. Takes no turn. */
  epochOf({ cell, under }: Place): Epoch {
    const { token } = this.#find(cell) ?? this.#make(cell);
    return under === undefined ? token : `${token}.${(this.#find(under) ?? this.#make(under)).token}`;
  }

  begin(place: Place): Turn {
    const epoch = this.epochOf(place);
    // A turn that was taken before the cell above was dropped is nobody's to wait for.
    const name = `${place.field} ${underToken(epoch) ?? ''}`;
    const turns = this.#find(place.cell)?.turns;
    const isMine = (turns?.get(name)?.until ?? 0) <= this.#now();
    const turn = { epoch, isMine, shown: this.shown.of(place.cell) };
    if (isMine) turns?.set(name, { turn, until: this.#now() + TURN_MS });
    return turn;
  }

  /**
   * Whether it was stored: not when the epoch has changed, when a value of another version was asked for later, nor when
   * it is heavier than all that may be kept.
   */
  put(place: Place, epoch: Epoch, entry: Entry): boolean {
    const cell = this.#find(place.cell);
    if (!cell || this.#present(place) !== epoch) return false;
    const sight = this.#see(cell, place, entry);
    if (sight === 'old' || this.#maxBytes === 0) return false;
    const before = cell.values.get(place.field);
    const present = sight === 'news' ? (this.#present(place) ?? epoch) : epoch;
    cell.values.set(place.field, { epoch: present, entry, weight: weigh(entry, this.#maxBytes) });
    if (this.#settle(place.cell, cell)) return true;
    if (before) cell.values.set(place.field, before);
    else cell.values.delete(place.field);
    return false;
  }

  /** Notes the version of a value. When it is another, nothing of the cell is valid any more, nor what shows it. */
  #see(cell: Cell, { shownIn = [] }: Place, { version, fetchedAt }: Entry): 'news' | 'old' | 'same' {
    const { seen } = cell;
    if (version === undefined) return 'same';
    const isOther = seen !== undefined && seen.version !== version;
    if (isOther && fetchedAt < seen.fetchedAt) return 'old';
    cell.seen = { version, fetchedAt: Math.max(fetchedAt, isOther ? 0 : (seen?.fetchedAt ?? 0)) };
    if (!isOther) return 'same';
    cell.token = newToken();
    cell.values.clear();
    this.drop(shownIn);
    return 'news';
  }

  release(place: Place, turn: Turn): void {
    const turns = this.#find(place.cell)?.turns;
    for (const [field, taken] of turns ?? []) if (taken.turn === turn) turns?.delete(field);
  }

  /** Forgets one entry that `look` gave. */
  discard(place: Place, entry: Entry): void {
    const values = this.#find(place.cell)?.values;
    for (const [field, value] of values ?? []) if (value.entry === entry) values?.delete(field);
  }

  drop(cells: readonly string[]): void {
    for (const cell of cells) {
      this.#bare.delete(cell);
      this.#full.delete(cell);
    }
  }

  /** Gives a cell its place among those with values, by its weight, unless it is too heavy to be kept. */
  #settle(name: string, cell: Cell): boolean {
    let weight = CELL_WEIGHT + name.length;
    for (const value of cell.values.values()) weight += value.weight;
    if (weight > this.#maxBytes) return false;
    this.#bare.delete(name);
    // lru-cache keeps the old size when the object is the same.
    this.#full.delete(name);
    this.#full.set(name, cell, { size: weight });
    return true;
  }

  /** An evicted cell keeps its token, so a read that is in flight can still be stored. */
  #strip(name: string, cell: Cell): void {
    cell.values.clear();
    this.#bare.set(name, cell);
  }

  #find(name: string): Cell | undefined {
    return this.#full.get(name) ?? this.#bare.get(name);
  }

  #make(name: string): Cell {
    const cell = { token: newToken(), values: new Map(), turns: new Map() };
    this.#bare.set(name, cell);
    return cell;
  }

  #present({ cell, under }: Place): Epoch | null {
    const above = under === undefined ? undefined : (this.#find(under)?.token ?? null);
    return joinTokens(this.#find(cell)?.token ?? null, above);
  }
}
