import { expect, test } from 'vitest';
import { Clock } from '../../sandbox/clock.ts';
import { flexSandbox } from '../../sandbox/flex/server.ts';
import type { Sandbox, SandboxOptions } from '../../sandbox/index.ts';
import { People } from '../../sandbox/people.ts';
import { ask, begin, type Json, NOON } from './client.ts';

const DAY = 86_400;

async function using<T>(options: SandboxOptions, run: (sandbox: Sandbox) => Promise<T>): Promise<T> {
  const sandbox = await begin(options);
  try {
    return await run(sandbox);
  } finally {
    await sandbox.stop();
  }
}

/** Everything that can be listed, without the links that differ from read to read. */
async function everything(sandbox: Sandbox): Promise<{ flex: Json[]; meteroid: Json[] }> {
  const flex = (await ask(sandbox, 'flex', '', { query: { limit: '100' } })).json.checkout_sessions;
  const meteroid = (await ask(sandbox, 'meteroid')).json.sessions as Json[];
  return { flex, meteroid: meteroid.map((session) => ({ ...session, checkout_url: null })) };
}

const idsOf = (list: readonly Json[]): unknown[] => list.map((session) => session.checkout_session_id ?? session.id);

test('the same seed and time give the same world', async () => {
  const one = await using({ sessions: 80 }, everything);
  expect(await using({ sessions: 80 }, everything)).toEqual(one);
  const other = await using({ sessions: 80, seed: 2 }, everything);
  expect(idsOf(other.flex)).not.toEqual(idsOf(one.flex));
});

test('another day changes times, but no ids, and examples not with the number of sessions either', async () => {
  const one = await using({ sessions: 80 }, everything);
  const later = await using({ sessions: 80, now: NOON + 1_234_567_891 }, everything);
  expect(idsOf(later.flex)).toEqual(idsOf(one.flex));
  expect(idsOf(later.meteroid)).toEqual(idsOf(one.meteroid));
  expect(later.flex[0]?.created_at).not.toEqual(one.flex[0]?.created_at);
  const examples = await using({ sessions: 80 }, async (sandbox) => sandbox.examples);
  expect(await using({ sessions: 500, now: 1 }, async (sandbox) => sandbox.examples)).toEqual(examples);
});

test('twice half the time is once the whole', async () => {
  const steps = (...seconds: number[]) =>
    using({ sessions: 80 }, async (sandbox) => {
      for (const step of seconds) sandbox.control.advance({ seconds: step });
      return { ...(await everything(sandbox)), state: sandbox.control.state().sessions };
    });
  const whole = await steps(2 * DAY);
  expect(await steps(DAY, DAY)).toEqual(whole);
  expect(await steps(...Array.from({ length: 48 }, () => 3600))).toEqual(whole);
});

test('life goes on: in a month nearly everything has come to its end', async () => {
  await using({ sessions: 200 }, async (sandbox) => {
    const before = sandbox.control.state().sessions;
    sandbox.control.advance({ seconds: 5 * DAY });
    const after = sandbox.control.state().sessions;
    expect(after.flexprice).not.toHaveProperty('pending');
    expect(after.flexprice.completed).toBeGreaterThan(before.flexprice.completed ?? 0);
    expect(after.meteroid.COMPLETED).toBeGreaterThan(before.meteroid.COMPLETED ?? 0);
    expect(after.flex).not.toHaveProperty('open');
    expect(after.flex.expired).toBeGreaterThan(before.flex.expired ?? 0);
  });
});

test('a live sandbox follows real time', async () => {
  await using({ sessions: 10, live: true }, async (sandbox) => {
    const began = Date.parse(sandbox.control.state().now);
    await expect.poll(() => Date.parse(sandbox.control.state().now) - began).toBeGreaterThan(200);
  });
});

test('what happens to a session is told', () => {
  const events: string[] = [];
  const switches = {
    flexpriceResults: false,
    flexpriceLinkDelayMs: 0,
    flexTime: 'seconds',
    flexEventTypes: 'dotted',
    customers: false,
  } as const;
  const flex = flexSandbox({
    seed: 1,
    sessions: 1,
    clock: new Clock(NOON),
    people: new People(1, 8),
    switches,
    onEvent: (event) => events.push(`${event.type} ${event.id}`),
  });
  flex.handles.cancel(flex.example);
  expect(events).toEqual([`checkout.session.canceled ${flex.example}`]);
});

test('seeded money adds up, and what is open still has time', async () => {
  await using({ sessions: 3000 }, async (sandbox) => {
    const now = NOON / 1000;
    for (const one of sandbox.control.sessions({ provider: 'flex', limit: 3000 })) {
      const [total, received, refunded] = [one.amount_total, one.amount_received, one.amount_refunded].map(Number);
      expect(total).toBeGreaterThanOrEqual(received ?? Number.NaN);
      expect(received).toBeGreaterThanOrEqual(refunded ?? Number.NaN);
      if (one.status === 'paid') expect([received, one.letter_of_medical_necessity_required]).toEqual([total, true]);
      if (one.status === 'open') expect([received, Number(one.expires_at) > now]).toEqual([0, true]);
      if (one.status === 'expired') expect(Number(one.expires_at)).toBeLessThanOrEqual(now);
      for (const refund of one.refunds as Json[])
        expect(Date.parse(String(refund.created_at))).toBeLessThanOrEqual(NOON);
    }
    for (const one of sandbox.control.sessions({ provider: 'flexprice', limit: 3000 })) {
      const open = one.checkout_status === 'initiated' || one.checkout_status === 'pending';
      expect([one.id, Date.parse(String(one.expires_at)) > NOON]).toEqual([one.id, open]);
    }
  });
});

test('a hundred thousand sessions are listed', async () => {
  await using({ sessions: 100_000 }, async (sandbox) => {
    const query = { limit: '100', offset: '99900' };
    const last = (await ask(sandbox, 'flex', '', { query })).json.checkout_sessions as Json[];
    const before = { ending_before: String(last[0]?.checkout_session_id), status: 'complete' };
    const page = (await ask(sandbox, 'flex', '', { query: before })).json.checkout_sessions;
    expect([last.length, page.length]).toEqual([100, 10]);
  });
});
