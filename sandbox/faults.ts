import { type Random, randomOf } from './prng.ts';
import type { ProviderName } from './world.ts';

export const FAULT_KINDS = ['status', 'delay', 'reset', 'truncate', 'body', 'hang'] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

export type FaultSpec = {
  provider: ProviderName;
  /** Only calls of this method and with a path that the regular expression finds; all calls without it. */
  match?: { method?: string | undefined; path?: string | undefined } | undefined;
  kind: FaultKind;
  /** @default 503 for `status`, 200 for `body` */
  status?: number | undefined;
  headers?: Record<string, string> | undefined;
  /** For `body` the text as it is (or any JSON); for `status` instead of the provider's own error. */
  body?: unknown;
  /** Real milliseconds. @default 1000 for `delay`, else 0 */
  delayMs?: number | undefined;
  /** Before the effect (which then never happens) or after it. @default 'before'; 'after' for `truncate` */
  when?: 'before' | 'after' | undefined;
  /** How often; without `times` and `rate` until the faults are cleared. */
  times?: number | undefined;
  /** Probability for each matching call. */
  rate?: number | undefined;
};

export type Fault = FaultSpec & { id: number; when: 'before' | 'after'; hits: number };

type Entry = { fault: Fault; path: RegExp | undefined };

/** Trouble that was ordered. The first that matches a call, and whose turn it is, strikes. */
export class Faults {
  #entries: Entry[] = [];
  #nextId = 1;
  readonly #random: Random;

  constructor(seed: number) {
    this.#random = randomOf(seed, 'faults');
  }

  /** @throws SyntaxError when the path is not a regular expression */
  add(spec: FaultSpec): Fault {
    const when = spec.when ?? (spec.kind === 'truncate' ? 'after' : 'before');
    const fault: Fault = { ...spec, id: this.#nextId, when, hits: 0 };
    const path = spec.match?.path === undefined ? undefined : new RegExp(spec.match.path);
    this.#entries.push({ fault, path });
    this.#nextId += 1;
    return fault;
  }

  clear(): void {
    this.#entries = [];
  }

  list(): Fault[] {
    return this.#entries.map((entry) => ({ ...entry.fault }));
  }

  take(provider: ProviderName, method: string, path: string): Fault | undefined {
    for (const { fault, path: wanted } of this.#entries) {
      if (fault.provider !== provider) continue;
      if (fault.match?.method !== undefined && fault.match.method.toUpperCase() !== method) continue;
      if (wanted !== undefined && !wanted.test(path)) continue;
      if (fault.times !== undefined && fault.hits >= fault.times) continue;
      if (fault.rate !== undefined && this.#random() >= fault.rate) continue;
      fault.hits += 1;
      return fault;
    }
    return undefined;
  }
}
