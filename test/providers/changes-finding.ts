import type { Change, Finding } from '../../src/checkout/change.ts';
import { METEROID } from './changes-inputs.ts';
import { type ChangesRig, callContext, changesRig } from './changes-rig.ts';

type Circumstances = { sentAt: number; taken?: string[]; rivals?: Change[] | null };

export type FindingRig = ChangesRig & {
  /** Seconds of the sandbox's clock. */
  advance(seconds: number): void;
  /** Looks for a change of Meteroid. */
  find(change: Change, circumstances: Circumstances): Promise<Finding>;
  /** Lets the answer of a change get lost, and tells when it was sent. */
  lose(change: Change, when: 'before' | 'after'): Promise<number>;
  /** The id of the session that was made last. */
  newest(): string;
  /** A session that somebody else made, alike but for this. */
  create(more?: Record<string, unknown>): string;
};

/** Meteroid, with changes whose answers are lost. */
export function findingRig(): FindingRig {
  const rig = changesRig();
  const own: Omit<FindingRig, keyof ChangesRig> = {
    advance: (seconds) => void rig.sandbox.control.advance({ seconds }),
    find(change, { sentAt, taken = [], rivals = [] }) {
      const handler = rig.handler('METEROID', change.kind);
      if (!handler?.find) throw new Error('Expected that it can look.');
      const unanswered = {
        sentAt,
        rivals: async () => rivals?.flatMap((rival) => (rival.kind === 'CREATE' ? [rival.session] : [])) ?? null,
        isTaken: async (providerId: string) => taken.includes(providerId),
      };
      return handler.find(change, unanswered, callContext());
    },
    async lose(change, when) {
      const sentAt = rig.now();
      rig.fault('METEROID', { kind: 'reset', when, times: 1, match: { method: 'POST' } });
      await rig.fail('METEROID', change);
      return sentAt;
    },
    newest: () => String(rig.sandbox.control.sessions({ provider: 'meteroid', limit: 1 })[0]?.id),
    create: (more = {}) =>
      String(
        rig.sandbox.control.create({
          provider: 'meteroid',
          customer_id: METEROID.customerId,
          plan_version_id: METEROID.planVersionId,
          created_at: new Date(rig.now()).toISOString(),
          ...more,
        }).id,
      ),
  };
  // The sandbox is there only once the tests run.
  return Object.defineProperties(rig, Object.getOwnPropertyDescriptors(own)) as FindingRig;
}
