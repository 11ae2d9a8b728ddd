import { describe } from 'vitest';
import type { FreshStore } from './inbox/harness.ts';
import { describeRandomEvents } from './inbox/random.ts';
import { describeRecording } from './inbox/recording.ts';
import { describeSharing } from './inbox/sharing.ts';
import { describeTaking } from './inbox/taking.ts';

/**
 * What an inbox does, whatever it is kept in.
 * @param fresh makes a store that holds nothing yet; of what it gives, one is opened
 */
export function describeInbox(store: string, fresh: FreshStore): void {
  describe(`the inbox in ${store}`, () => {
    describeRecording(fresh);
    describeTaking(fresh);
    describeRandomEvents(fresh);
  });
}

/**
 * The same, and what it does besides when several gateways use it.
 * @param fresh makes a store that holds nothing yet; all that it opens then is the same data
 */
export function describeSharedInbox(store: string, fresh: FreshStore): void {
  describeInbox(store, fresh);
  describe(`the inbox in ${store}, shared`, () => describeSharing(fresh));
}
