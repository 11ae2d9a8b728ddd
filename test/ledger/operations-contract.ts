import { describe } from 'vitest';
import { describeBeginning } from './operations/beginning.ts';
import { describeClaims } from './operations/claims.ts';
import { describeFinding } from './operations/finding.ts';
import type { FreshStore } from './operations/harness.ts';
import { describeLeases } from './operations/leases.ts';
import { describeRandomOperations } from './operations/random.ts';
import { describeSharing } from './operations/sharing.ts';
import { describeUnfinished } from './operations/unfinished.ts';

/**
 * What operations do, whatever they are kept in.
 * @param fresh makes a store that holds nothing yet; of what it gives, one is opened
 */
export function describeOperations(store: string, fresh: FreshStore): void {
  describe(`operations in ${store}`, () => {
    describeBeginning(fresh);
    describeLeases(fresh);
    describeFinding(fresh);
    describeClaims(fresh);
    describeUnfinished(fresh);
    describeRandomOperations(fresh);
  });
}

/**
 * The same, and what they do besides when several gateways use them.
 * @param fresh makes a store that holds nothing yet; all that it opens then is the same data
 */
export function describeSharedOperations(store: string, fresh: FreshStore): void {
  describeOperations(store, fresh);
  describe(`operations in ${store}, shared`, () => describeSharing(fresh));
}
