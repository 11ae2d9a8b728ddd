import fc from 'fast-check';
import type { NewOperation, OperationLease } from '../../../src/ledger/operations.ts';
import { HOUR } from './harness.ts';

// Few values, so that they meet.
const provider = fc.constantFrom('FLEXPRICE' as const, 'METEROID' as const);
const caller = fc.constantFrom('shop', 'böse"');
const idempotencyKey = fc.constantFrom('k', 'k\0');
const providerId = fc.constantFrom('cs_1', 'cs_2');

const scope = fc.record({ caller, kind: fc.constantFrom('CREATE' as const, 'REFUND' as const), idempotencyKey });

/** The hash covers the provider, as it does for who uses the ledger. */
const newOperation: fc.Arbitrary<NewOperation> = fc
  .record({ scope, provider, input: fc.constantFrom('x', 'x', 'y') })
  .map(({ input, ...rest }) => ({
    ...rest,
    inputHash: `${rest.provider} ${input}`,
    change: JSON.stringify({ kind: rest.scope.kind, input }),
  }));

const owner = fc.constantFrom('a', 'b');
const lease: fc.Arbitrary<OperationLease> = fc.record({ owner, ms: fc.constantFrom(1, 1000, 50 * HOUR) });

const state = fc.constantFrom('SUCCEEDED' as const, 'FAILED' as const, 'UNKNOWN' as const);

const kind = <T extends string>(name: T) => fc.constant(name);

/** Something that is asked of operations, or that happens meanwhile. */
export const step = fc.oneof(
  {
    weight: 8,
    // Waits for what is there, or for what was there at no time.
    arbitrary: fc.record({
      kind: kind('begin'),
      operation: newOperation,
      lease,
      waits: fc.constantFrom('no', 'yes', 'else'),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: kind('renew'), of: fc.record({ scope, provider }), lease }) },
  { weight: 6, arbitrary: fc.record({ kind: kind('finish'), of: fc.record({ scope, provider }), owner, state }) },
  { weight: 2, arbitrary: fc.record({ kind: kind('find'), caller, idempotencyKey }) },
  { weight: 3, arbitrary: fc.record({ kind: kind('takeLeft'), lease, limit: fc.constantFrom(0, 1, 2, 100) }) },
  { weight: 2, arbitrary: fc.record({ kind: kind('claim'), provider, providerId, id: fc.constantFrom('1', '2') }) },
  { weight: 1, arbitrary: fc.record({ kind: kind('claimedBy'), provider, providerId }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: kind('pass'),
      milliseconds: fc.constantFrom(1, 999, 1000, 22 * HOUR, 50 * HOUR, 72 * HOUR - 1, 72 * HOUR),
    }),
  },
);

export type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;
