/** A raw change of what the provider answers for one session, asked for by the control surface. */
export type Patch = { set: Record<string, unknown>; unset: readonly string[] };

export type Stored = {
  readonly id: string;
  readonly createdMs: number;
  /** Tells sessions of the same moment apart; larger is newer. */
  readonly seq: number;
  patch?: Patch;
};

const byAge = (a: Stored, b: Stored): number => a.createdMs - b.createdMs || a.seq - b.seq;

/** Sessions by id and by age. Kept sorted, because sorting 100,000 of them for each list would be slow. */
export class Records<R extends Stored> {
  readonly #byId = new Map<string, R>();
  readonly #oldestFirst: R[];
  #nextSeq: number;

  constructor(records: R[]) {
    this.#oldestFirst = records.sort(byAge);
    for (const record of records) this.#byId.set(record.id, record);
    this.#nextSeq = records.length;
  }

  get size(): number {
    return this.#oldestFirst.length;
  }

  oldestFirst(): readonly R[] {
    return this.#oldestFirst;
  }

  *newestFirst<T>(show: (record: R) => T): Generator<T> {
    for (let at = this.#oldestFirst.length - 1; at >= 0; at -= 1) {
      const record = this.#oldestFirst[at];
      if (record !== undefined) yield show(record);
    }
  }

  get(id: string): R | undefined {
    return this.#byId.get(id);
  }

  nextSeq(): number {
    this.#nextSeq += 1;
    return this.#nextSeq;
  }

  add(record: R): void {
    this.#byId.set(record.id, record);
    this.#oldestFirst.splice(this.positionOf(record), 0, record);
  }

  remove(id: string): boolean {
    const record = this.#byId.get(id);
    if (record === undefined) return false;
    this.#oldestFirst.splice(this.positionOf(record), 1);
    return this.#byId.delete(id);
  }

  /** Where the record is, or would be put, among the oldest first. */
  positionOf(record: Stored): number {
    return this.firstWhere((other) => byAge(other, record) >= 0);
  }

  /** The first position of which the test is true; it must be false before and true after. */
  firstWhere(test: (record: R) => boolean): number {
    let low = 0;
    let high = this.#oldestFirst.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const record = this.#oldestFirst[middle];
      if (record !== undefined && test(record)) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

/** Adds a patch to the one before it: what is set again is set, what is unset is gone. */
export function mergePatch(before: Patch | undefined, patch: Patch): Patch {
  const set: Record<string, unknown> = { ...before?.set };
  const unset = new Set(before?.unset);
  for (const [key, value] of Object.entries(patch.set)) {
    if (value === undefined) {
      unset.add(key);
      delete set[key];
    } else {
      unset.delete(key);
      set[key] = value;
    }
  }
  for (const key of patch.unset) {
    unset.add(key);
    delete set[key];
  }
  return { set, unset: [...unset] };
}

/** What a session answers after its patch; properties that are undefined are left out. */
export function patched(json: Record<string, unknown>, patch: Patch | undefined): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  for (const [key, value] of Object.entries({ ...json, ...patch?.set })) {
    if (value !== undefined && !patch?.unset.includes(key)) out[key] = value;
  }
  return out;
}
