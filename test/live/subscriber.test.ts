import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { NO_FILTER, type SessionFilter } from '../../src/checkout/filter.ts';
import { NO_EXPANSION } from '../../src/checkout/provider.ts';
import type { CheckoutSession } from '../../src/checkout/session.ts';
import type { SessionStatus } from '../../src/checkout/status.ts';
import { createLive } from '../../src/live/subscribe.ts';
import type { Reading } from '../../src/reading/index.ts';
import { at, indexed, sessionOf } from '../ledger/sessions.ts';
import { feedRig } from './feed-rig.ts';

const KEY = { provider: 'FLEXPRICE', providerId: 'cs_1' } as const;
const NOTICE = { provider: 'FLEXPRICE' } as const;

const seen = (status: SessionStatus, seconds: number): CheckoutSession => ({
  ...sessionOf(indexed('cs_1', { status })),
  updatedAt: at(seconds * 1000),
});

type Read = { value: CheckoutSession | null; isCurrent?: boolean } | Error;

/** One subscriber of a session, or of all, and what each of its reads gives; the last is given again and again. */
function subscriber(reads: Read[], { isNamed = true, filter = {} as Partial<SessionFilter> } = {}) {
  const { feed, tell, gap } = feedRig();
  let [calls, waits] = [0, 0];
  const sessionRead = async () => {
    calls++;
    const read = reads.length > 1 ? reads.shift() : reads[0];
    if (read instanceof Error || !read) throw read;
    return { failure: null, isKept: false, isCurrent: true, ...read };
  };
  const reading = { sessionRead, session: async () => (await sessionRead()).value, forgetHere: () => {} };
  const live = createLive({
    feed,
    teller: { shown: async () => {}, tell: async () => {}, tellIfKnown: async () => {} },
    watcher: { watch: () => () => {}, size: 0, stop: async () => {} },
    listWatcher: { watch: () => () => {}, stop: async () => {} },
    caughtUp: async () => void waits++,
    now: () => 0,
  });
  const wish = {
    sessions: isNamed ? [KEY] : null,
    filter: { ...NO_FILTER, ...filter },
    providers: null,
    expansion: NO_EXPANSION,
  };
  const changes = live.changes(wish, () => ({ reading: reading as unknown as Reading }));
  const got: [SessionStatus | null, SessionStatus][] = [];
  const ended = (async () => {
    for await (const { checkoutSessionChanged: change } of changes)
      got.push([change.previousStatus, change.session.status]);
  })();
  ended.catch(() => {});
  return {
    got,
    ended,
    tell: (previousStatus: SessionStatus | null) => tell('cs_1', { ...NOTICE, previousStatus }),
    gap,
    calls: () => calls,
    waits: () => waits,
    pass: (ms = 10): Promise<void> => sleep(ms),
  };
}

describe.concurrent('a subscriber', () => {
  it('a read that lies behind what was told is read again, and the change is not lost', async () => {
    const old = { value: seen('OPEN', 1), isCurrent: false };
    const one = subscriber([{ value: seen('OPEN', 1) }, old, old, { value: seen('COMPLETED', 2) }]);
    await one.pass();
    one.tell('OPEN');
    await one.pass(250);
    expect(one.got).toEqual([[null, 'OPEN']]);
    await one.pass(1250);
    expect(one.got.slice(1)).toEqual([['OPEN', 'COMPLETED']]);
  });

  it('a read that fails twice is read again; one that fails for good ends the subscription', async () => {
    const trouble = new Error('trouble');
    const one = subscriber([{ value: seen('OPEN', 1) }, trouble, trouble, { value: seen('COMPLETED', 2) }, trouble]);
    await one.pass();
    one.tell('OPEN');
    await one.pass(1450);
    expect(one.got.slice(1)).toEqual([['OPEN', 'COMPLETED']]);
    one.tell('COMPLETED');
    await one.pass(1450);
    await expect(one.ended).rejects.toThrow('trouble');
  });

  it('nobody is shown how a session was before what he was shown', async () => {
    const reads: Read[] = [{ value: seen('COMPLETED', 3) }];
    const one = subscriber(reads);
    await one.pass();
    for (const before of [seen('OPEN', 1), seen('PROCESSING', 9), { ...seen('COMPLETED', 2), paymentId: 'old' }]) {
      reads[0] = { value: before };
      one.tell('OPEN');
      await one.pass();
    }
    expect(one.got).toEqual([[null, 'COMPLETED']]);
    reads[0] = { value: { ...seen('COMPLETED', 4), paymentId: 'new' } };
    one.tell('COMPLETED');
    await one.pass();
    expect(one.got.slice(1)).toEqual([['COMPLETED', 'COMPLETED']]);
  });

  it('a bound one is not sent again what it was sent before the session was hidden from it, nor what is older', async () => {
    const customers = [{ provider: 'FLEXPRICE', id: 'ada' }] as const;
    const ofAda = (status: SessionStatus, seconds: number) => ({
      value: {
        ...seen(status, seconds),
        customer: { id: 'ada', email: null, firstName: null, lastName: null, phone: null },
      },
    });
    const reads: Read[] = [ofAda('PROCESSING', 2)];
    const one = subscriber(reads, { filter: { customers } });
    await one.pass();
    for (const read of [
      { value: null },
      ofAda('PROCESSING', 2),
      { value: null },
      ofAda('OPEN', 1),
      ofAda('COMPLETED', 3),
    ]) {
      reads[0] = read;
      one.tell('OPEN');
      await one.pass();
    }
    expect(one.got).toEqual([
      [null, 'PROCESSING'],
      ['PROCESSING', 'COMPLETED'],
    ]);
  });

  it('the status before is the one that the subscriber was shown, and else the one that was told', async () => {
    const reads: Read[] = [{ value: seen('PROCESSING', 1) }];
    const [named, ofAll] = [subscriber(reads), subscriber(reads, { isNamed: false })];
    await named.pass();
    reads[0] = { value: seen('COMPLETED', 2) };
    for (const each of [named, ofAll]) each.tell('OPEN');
    await named.pass();
    expect(named.got).toEqual([
      [null, 'PROCESSING'],
      ['PROCESSING', 'COMPLETED'],
    ]);
    expect(ofAll.got).toEqual([['OPEN', 'COMPLETED']]);
  });

  it('what is told twice is shown once', async () => {
    const reads: Read[] = [{ value: seen('COMPLETED', 2) }];
    const ofAll = subscriber(reads, { isNamed: false });
    await ofAll.pass();
    for (const _ of [1, 2, 3]) {
      ofAll.tell('OPEN');
      await ofAll.pass();
    }
    expect(ofAll.got).toEqual([['OPEN', 'COMPLETED']]);
  });

  it('after a gap what is named is read anew, once what is read is not older than what was told', async () => {
    const reads: Read[] = [{ value: seen('OPEN', 1) }];
    const [named, ofAll] = [subscriber(reads), subscriber(reads, { isNamed: false })];
    await named.pass();
    reads[0] = { value: seen('COMPLETED', 2) };
    for (const each of [named, ofAll]) each.gap();
    await named.pass(1100);
    expect(named.got.slice(1)).toEqual([['OPEN', 'COMPLETED']]);
    expect([named.waits(), named.calls(), ofAll.calls()]).toEqual([1, 2, 0]);
    named.gap();
    await named.pass(1100);
    expect(named.got).toHaveLength(2);
  });
});
