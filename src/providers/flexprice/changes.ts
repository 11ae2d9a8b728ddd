import type { ChangeHandlers } from '../../checkout/change.ts';
import type { CheckoutSession } from '../../checkout/session.ts';
import type { UpstreamAnswer } from '../../upstream/index.ts';
import { badResponse } from '../bad-response.ts';
import { newSessionOf } from '../new-session.ts';
import type { FlexpriceClient } from './client.ts';
import { createBody } from './create-body.ts';
import { createRefusal, deleteRefusal } from './refusal.ts';

type Options = {
  client: FlexpriceClient;
  /** The session in the answer to a change. @throws GatewayError whose `mayHaveHappened` is true */
  readChanged: (answer: UpstreamAnswer) => CheckoutSession;
};

/**
 * A key is refused only while the session that has it is open, and is free again after: for as long as a session can
 * hardly be paid, failed or expired, a second create cannot make a second session.
 */
const KEY_HOLDS_MS = 10_000;

/** What Flexprice can do to sessions. It has no cancel: its delete puts the record away. */
export function createFlexpriceChanges({ client, readChanged }: Options): ChangeHandlers {
  return {
    CREATE: {
      resendWithinMs: KEY_HOLDS_MS,
      async send(change, key, call) {
        const answer = await client.create(createBody(newSessionOf(change, 'FLEXPRICE'), key), call);
        if (answer.status >= 400) return createRefusal(answer);
        const session = readChanged(answer);
        return { is: 'DONE', providerId: session.providerId, session };
      },
    },
    DELETE: {
      // Archiving what is archived succeeds, and changes nothing.
      resendWithinMs: Number.POSITIVE_INFINITY,
      async send({ providerId }: { providerId: string }, _key, call) {
        const answer = await client.delete(providerId, call);
        if (answer.status >= 400) return deleteRefusal(answer);
        // An empty answer is documented with 204 alone: with another status its body was lost, or never was one.
        if (answer.status !== 204 && answer.body === undefined) {
          throw badResponse('FLEXPRICE', '204 without a body', { mayHaveHappened: true });
        }
        return { is: 'DONE', providerId, session: null };
      },
    },
  };
}
