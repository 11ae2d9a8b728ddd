import type { State } from './interleavings-provider.ts';
import type { Schedule } from './interleavings-schedule.ts';

/** What a read may not fall behind: of one session, the version and the step at which the provider was looked at. */
export type Floor = { version: number; sampled: number };

export const GROUND: Floor = { version: 0, sampled: -1 };

/** What was seen of a session in an answer; `sampled` is null where the answer cannot tell. */
export type Seen = { version: number; sampled: number | null };

/** Knows what has been acknowledged, and so what each read has to show at least. */
export class Oracle {
  /** What went wrong, in words. */
  readonly faults: string[] = [];
  readonly #schedule: Schedule;
  readonly #floors = new Map<string, Floor>();

  constructor(schedule: Schedule) {
    this.#schedule = schedule;
  }

  floorOf(id: string): Floor {
    return this.#floors.get(id) ?? GROUND;
  }

  /** For lists: whatever was forgotten of any session, they were forgotten too. */
  floorOfLists(): number {
    return Math.max(GROUND.sampled, ...[...this.#floors.values()].map(({ sampled }) => sampled));
  }

  /** A change or a webhook is done: what was there before must not be seen any more. */
  acknowledge(id: string, state: Pick<State, 'version'>, since: number): void {
    this.forgotten(id, since);
    const { version, sampled } = this.floorOf(id);
    this.#floors.set(id, { version: Math.max(version, state.version), sampled });
  }

  /** What the provider was asked for before a step must not be seen any more. */
  forgotten(id: string, since: number): void {
    const { version, sampled } = this.floorOf(id);
    this.#floors.set(id, { version, sampled: Math.max(sampled, since) });
  }

  check(what: string, floor: Floor, seen: Seen): void {
    if (seen.version < floor.version) {
      this.fault(`${what} shows version ${seen.version}, but ${floor.version} was acknowledged before it began`);
    }
    if (seen.sampled !== null && seen.sampled < floor.sampled) {
      this.fault(`${what} shows what was read in step ${seen.sampled}, but that was forgotten since ${floor.sampled}`);
    }
  }

  fault(what: string): void {
    this.#schedule.trace.push(`FAULT: ${what}`);
    this.faults.push(what);
  }
}
