import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Operation, Operations } from '../../../src/ledger/operations.ts';
import { type Step, step } from './arbitraries.ts';
import { type Clock, type FreshStore, withOperations } from './harness.ts';
import { modelId, OperationsModel } from './model.ts';

/** Whatever is done, the answers are those of a plain object. */
export function describeRandomOperations(fresh: FreshStore): void {
  it('does what plain objects do', () =>
    fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 50, size: 'max' }), (steps) =>
        withOperations(fresh, async (operations, clock) => {
          const comparison = new Comparison(operations, clock);
          for (const each of steps) await comparison.take(each);
        }),
      ),
      { numRuns: 100 },
    ));
}

/** Does the same with both, and compares what they say. */
class Comparison {
  readonly #operations: Operations;
  readonly #clock: Clock;
  readonly #model: OperationsModel;
  /** The ids that were given, by what the model calls them. */
  readonly #ids = new Map<string, string>();

  constructor(operations: Operations, clock: Clock) {
    this.#operations = operations;
    this.#clock = clock;
    this.#model = new OperationsModel(clock.now);
  }

  async take(step: Step): Promise<void> {
    const operations = this.#operations;
    const model = this.#model;
    switch (step.kind) {
      case 'begin':
        return this.#begin(step);
      case 'renew':
        expect(await operations.renew(this.#idOf(step.of), step.lease)).toBe(model.renew(modelId(step.of), step.lease));
        return;
      case 'finish': {
        const { owner, state } = step;
        const result = state === 'UNKNOWN' ? null : JSON.stringify({ owner, state });
        const finished = model.finish(modelId(step.of), owner, state, result);
        expect(await operations.finish(this.#idOf(step.of), owner, state, result)).toBe(finished);
        return;
      }
      case 'find':
        return this.#find(step.caller, step.idempotencyKey);
      case 'takeLeft':
        return this.#takeLeft(step);
      case 'claim': {
        const { provider, providerId, id } = step;
        expect(await operations.claim(provider, providerId, id)).toBe(model.claim(provider, providerId, id));
        return;
      }
      case 'claimedBy': {
        const { provider, providerId } = step;
        expect(await operations.claimedBy(provider, providerId)).toBe(model.claimedBy(provider, providerId));
        return;
      }
      case 'pass':
        return this.#clock.pass(step.milliseconds);
    }
  }

  async #begin({ operation, lease, waits }: Step & { kind: 'begin' }): Promise<void> {
    const start = this.#model.startOf(operation) ?? 0;
    const waitedSince = { no: undefined, yes: start, else: start - 1 }[waits];
    const begun = await this.#operations.begin(operation, lease, waitedSince);
    expect({ ...begun, operation: this.#named(begun.operation) }).toEqual(
      this.#model.begin(operation, lease, waitedSince),
    );
  }

  async #find(caller: string, idempotencyKey: string): Promise<void> {
    const found = await this.#operations.find(caller, idempotencyKey);
    const expected = this.#model.found(caller, idempotencyKey);
    if (found === null) expect(expected).toEqual([]);
    else expect(expected).toContainEqual(this.#named(found));
  }

  /** Of those that were begun and given up at one moment, any may come first. */
  async #takeLeft({ lease, limit }: Step & { kind: 'takeLeft' }): Promise<void> {
    const left = this.#model.left();
    const taken = (await this.#operations.takeLeft(lease, limit)).map((operation) => this.#named(operation));
    const places = new Map(left.map(({ operation, until }) => [operation.id, `${until} ${operation.startedAt}`]));
    expect(taken.map(({ id }) => places.get(id))).toEqual([...places.values()].slice(0, limit));
    for (const operation of taken) {
      expect(operation).toEqual(this.#model.take(operation.id, lease));
    }
    expect(new Set(taken.map(({ id }) => id)).size).toBe(taken.length);
  }

  /** An operation that was given, by the model's name for it: the same one has the same id always, and no other has. */
  #named(operation: Operation): Operation {
    const name = modelId(operation);
    if (!this.#ids.has(name)) expect([...this.#ids.values()]).not.toContain(operation.id);
    expect(operation.id).toBe(this.#ids.get(name) ?? operation.id);
    this.#ids.set(name, operation.id);
    return { ...operation, id: name };
  }

  #idOf(of: Parameters<typeof modelId>[0]): string {
    return this.#ids.get(modelId(of)) ?? 'x'.repeat(43);
  }
}
