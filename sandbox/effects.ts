import type { Effect } from './api.ts';
import type { ProviderName } from './world.ts';

export type EffectCount = {
  provider: ProviderName;
  operation: string;
  /** Null when the call carried none. */
  idempotencyKey: string | null;
  count: number;
  /** The sessions concerned, the first hundred. */
  ids: string[];
};

const MOST_IDS = 100;

/** How often a change was really made: what idempotency has to keep at one. */
export class Effects {
  readonly #counts = new Map<string, EffectCount>();

  add(provider: ProviderName, effect: Effect): void {
    const name = JSON.stringify([provider, effect.operation, effect.key]);
    const found = this.#counts.get(name);
    const entry = found ?? { provider, operation: effect.operation, idempotencyKey: effect.key, count: 0, ids: [] };
    entry.count += 1;
    if (entry.ids.length < MOST_IDS) entry.ids.push(effect.id);
    this.#counts.set(name, entry);
  }

  list(provider?: ProviderName): EffectCount[] {
    const all = [...this.#counts.values()].map((entry) => ({ ...entry, ids: [...entry.ids] }));
    return provider === undefined ? all : all.filter((entry) => entry.provider === provider);
  }
}
