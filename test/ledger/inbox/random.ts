import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { EventLease, Inbox, NewEvent } from '../../../src/ledger/inbox.ts';
import { HOUR } from '../operations/harness.ts';
import { type FreshStore, withInbox } from './harness.ts';
import { InboxModel } from './model.ts';

// Few values, so that they meet.
const provider = fc.constantFrom('FLEXPRICE' as const, 'METEROID' as const);
const eventId = fc.constantFrom('e1', 'e2', 'E1');
const owner = fc.constantFrom('a', 'b');
const ms = fc.constantFrom(0, 1, 1000, 100 * HOUR);
const lease: fc.Arbitrary<EventLease> = fc.record({ owner, ms });
const event: fc.Arbitrary<NewEvent> = fc.record({
  ...{ provider, eventId },
  subject: fc.constantFrom('{"n":1}', '{"n":2}', null),
});

const kind = <T extends string>(name: T) => fc.constant(name);

/** Something that is asked of an inbox, or that happens meanwhile. */
const step = fc.oneof(
  { weight: 8, arbitrary: fc.record({ kind: kind('record'), event, lease }) },
  { weight: 5, arbitrary: fc.record({ kind: kind('take'), lease, limit: fc.constantFrom(0, 1, 2, 100) }) },
  { weight: 4, arbitrary: fc.record({ kind: kind('finish'), provider, eventId, owner }) },
  { weight: 5, arbitrary: fc.record({ kind: kind('postpone'), provider, eventId, owner, ms }) },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: kind('pass'),
      milliseconds: fc.constantFrom(1, 999, 1000, 68 * HOUR, 100 * HOUR, 168 * HOUR - 1, 168 * HOUR),
    }),
  },
);

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** Whatever is done, the answers are those of plain objects. */
export function describeRandomEvents(fresh: FreshStore): void {
  it('does what plain objects do', () =>
    fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 50, size: 'max' }), (steps) =>
        withInbox(fresh, async (inbox, { now, pass }) => {
          const model = new InboxModel(now);
          for (const each of steps) {
            if (each.kind === 'pass') pass(each.milliseconds);
            else await compare(inbox, model, each);
          }
        }),
      ),
      { numRuns: 60 },
    ));
}

/** Does the same with both, and compares what they say. */
async function compare(inbox: Inbox, model: InboxModel, step: Exclude<Step, { kind: 'pass' }>): Promise<void> {
  switch (step.kind) {
    case 'record':
      expect(await inbox.record(step.event, step.lease)).toBe(model.record(step.event, step.lease));
      return;
    case 'finish': {
      const { provider, eventId, owner } = step;
      expect(await inbox.finish(provider, eventId, owner)).toBe(model.finish(provider, eventId, owner));
      return;
    }
    case 'postpone': {
      const { provider, eventId, owner, ms } = step;
      expect(await inbox.postpone(provider, eventId, owner, ms)).toBe(model.postpone(provider, eventId, owner, ms));
      return;
    }
    case 'take':
      return compareTaken(inbox, model, step.lease, step.limit);
  }
}

/** Of those that were received at one moment, any may come first. */
async function compareTaken(inbox: Inbox, model: InboxModel, lease: EventLease, limit: number): Promise<void> {
  const waiting = model.waiting();
  const taken = await inbox.take(lease, limit);
  expect(taken.map(({ receivedAt }) => receivedAt)).toEqual(
    waiting.slice(0, limit).map(({ receivedAt }) => receivedAt),
  );
  for (const event of taken) {
    expect(waiting).toContainEqual(event);
    expect(event).toEqual(model.take(event.provider, event.eventId, lease));
  }
  expect(new Set(taken.map(({ provider, eventId }) => `${provider} ${eventId}`)).size).toBe(taken.length);
}
