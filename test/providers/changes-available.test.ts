import { describe, expect, test } from 'vitest';
import type { Change } from '../../src/checkout/change.ts';
import { NO_EXPANSION } from '../../src/checkout/provider.ts';
import type { CheckoutSession, SessionAction } from '../../src/checkout/session.ts';
import { newFlex } from './changes-inputs.ts';
import { callContext, changesRig, SANDBOX_NAMES, type SandboxedName } from './changes-rig.ts';

const rig = changesRig({ sessions: 60 });
const ACTIONS: SessionAction[] = ['CANCEL', 'DELETE', 'CAPTURE', 'REFUND', 'CONFIRM', 'REAUTHORIZE'];
const EXPANDED = { customer: false, paymentIntent: true };

const changeOf = (kind: SessionAction, providerId: string): Change =>
  kind === 'CONFIRM' ? { kind, providerId, paymentMethod: 'fpm_1' } : { kind, providerId };

async function read(name: SandboxedName, id: string, expansion = EXPANDED): Promise<CheckoutSession> {
  const session = await rig.provider(name).getSession(id, expansion, callContext());
  if (!session) throw new Error(`Expected a session ${id}.`);
  return session;
}

/** Whether the provider takes the action, and it changes something: repeating what was done before does not. */
async function isTaken(name: SandboxedName, id: string, kind: SessionAction): Promise<boolean> {
  if (!rig.handler(name, kind)) return false;
  const total = () => Object.values(rig.effects(name)).reduce((sum, count) => sum + count, 0);
  const before = total();
  const answer = await rig.send(name, changeOf(kind, id), `${kind}-${id}`);
  const isDone = answer.is === 'DONE' && total() === before + 1;
  if (!isDone && answer.is === 'REFUSED') expect(answer.errors).toMatchObject([{ code: 'INVALID_STATE' }]);
  return isDone;
}

/** What the provider really takes, each action tried on a session as new. */
async function takenActions(name: SandboxedName, make: () => Promise<string> | string): Promise<SessionAction[]> {
  const taken: SessionAction[] = [];
  for (const kind of ACTIONS) {
    rig.sandbox.control.reset();
    if (await isTaken(name, await make(), kind)) taken.push(kind);
  }
  rig.sandbox.control.reset();
  return taken;
}

/** Holds what a session says against what its provider does. */
async function compare(name: SandboxedName, make: () => Promise<string> | string): Promise<CheckoutSession> {
  const session = await read(name, await make());
  expect([...session.availableActions].sort(), `${session.providerStatus} ${session.providerId}`).toEqual(
    (await takenActions(name, make)).sort(),
  );
  return session;
}

const create = (name: SandboxedName, properties: Record<string, unknown>): string => {
  const created = rig.sandbox.control.create({ provider: SANDBOX_NAMES[name], ...properties });
  return String(created.checkout_session_id ?? created.id);
};

describe('every seeded session allows what its provider takes', () => {
  test.each(['FLEXPRICE', 'METEROID', 'FLEX'] as const)('%s', { timeout: 120_000 }, async (name) => {
    const property = name === 'FLEX' ? 'checkout_session_id' : 'id';
    const ids = rig.sandbox.control.sessions({ provider: SANDBOX_NAMES[name] }).map((one) => String(one[property]));
    expect(ids).toHaveLength(60);
    for (const id of ids) await compare(name, () => id);
  });
});

describe('Flexprice', () => {
  const statuses = ['initiated', 'pending', 'completed', 'failed', 'expired', 'tomorrow'];
  const records = ['published', 'archived', 'deleted'];
  const cases = statuses.flatMap((word) => records.map((record) => [word, record] as const));

  test.each(cases)('%s, %s', async (checkout_status, status) => {
    const session = await compare('FLEXPRICE', () => create('FLEXPRICE', { checkout_status, status }));
    expect(session.availableActions).toEqual(status === 'published' ? ['DELETE'] : []);
  });

  test('canceled', async () => {
    const cancelled_at = new Date().toISOString();
    await compare('FLEXPRICE', () => create('FLEXPRICE', { checkout_status: 'pending', cancelled_at }));
  });
});

describe('Meteroid', () => {
  test.each(['CREATED', 'AWAITING_PAYMENT', 'COMPLETED', 'EXPIRED', 'CANCELLED', 'TOMORROW'])('%s', async (status) => {
    await compare('METEROID', () => create('METEROID', { status }));
  });

  test('whose time is over, but is CREATED still', async () => {
    const created_at = new Date(rig.now() - 7_200_000).toISOString();
    const session = await compare('METEROID', () => create('METEROID', { created_at, expires_at: created_at }));
    expect(session).toMatchObject({ status: 'OPEN', availableActions: ['CANCEL'] });
  });
});

describe('Flex', () => {
  const control = () => rig.sandbox.control;
  const pay = (id: string) => control().pay({ provider: 'flex', id });
  const act = (change: Change) => rig.send('FLEX', change, `before-${change.kind}`);

  const statuses = ['open', 'paid', 'complete', 'canceled', 'expired', 'tomorrow'];
  const modes = ['payment', 'subscription', 'off_session'];
  const methods = ['automatic', 'manual'];
  const cases = statuses.flatMap((status) => modes.flatMap((mode) => methods.map((method) => [status, mode, method])));

  test.each(cases)('%s, %s, %s', async (status, mode, capture_method) => {
    await compare('FLEX', () => create('FLEX', { status, mode, capture_method, amount_total: 5000 }));
  });

  /** How far a session has come, step by step, by what customers and merchants can do. */
  const steps: [string, Record<string, unknown>, (id: string) => unknown, SessionAction[]][] = [
    ['paid', {}, pay, ['REFUND']],
    ['canceled', {}, (id) => control().cancel({ provider: 'flex', id }), []],
    ['failed once', {}, (id) => control().fail({ provider: 'flex', id }), ['CANCEL', 'CONFIRM']],
    ['confirmed', {}, (providerId) => act(changeOf('CONFIRM', providerId)), ['REFUND']],
    [
      'partly refunded',
      {},
      async (providerId) => {
        pay(providerId);
        await act({ kind: 'REFUND', providerId, amount: 10 });
      },
      ['REFUND'],
    ],
    [
      'refunded',
      {},
      async (providerId) => {
        pay(providerId);
        await act({ kind: 'REFUND', providerId });
      },
      [],
    ],
    ['authorised', { capture_method: 'manual' }, pay, ['CANCEL', 'CAPTURE', 'REAUTHORIZE']],
    [
      'partly captured',
      { capture_method: 'manual' },
      async (providerId) => {
        pay(providerId);
        await act({ kind: 'CAPTURE', providerId, amount: 10 });
      },
      ['CAPTURE', 'REAUTHORIZE', 'REFUND'],
    ],
    [
      'partly captured, and that refunded',
      { capture_method: 'manual' },
      async (providerId) => {
        pay(providerId);
        await act({ kind: 'CAPTURE', providerId, amount: 10 });
        await act({ kind: 'REFUND', providerId });
      },
      ['CAPTURE', 'REAUTHORIZE'],
    ],
    [
      'captured',
      { capture_method: 'manual' },
      async (providerId) => {
        pay(providerId);
        await act({ kind: 'CAPTURE', providerId });
      },
      ['REFUND'],
    ],
    [
      'released',
      { capture_method: 'manual' },
      async (providerId) => {
        pay(providerId);
        await act({ kind: 'CANCEL', providerId });
      },
      [],
    ],
    ['expired', {}, (id) => control().expire({ provider: 'flex', id }), []],
  ];

  test.each(steps)('%s', async (_, properties, prepare, expected) => {
    const session = await compare('FLEX', async () => {
      const id = create('FLEX', { amount_total: 5000, ...properties });
      await prepare(id);
      return id;
    });
    expect([...session.availableActions].sort()).toEqual(expected);
  });

  test('an authorisation that has run out can be renewed; only an expanded session tells', async () => {
    const make = () => {
      const id = create('FLEX', { amount_total: 5000, capture_method: 'manual' });
      pay(id);
      control().advance({ seconds: 8 * 86_400 });
      return id;
    };
    expect((await compare('FLEX', make)).availableActions).toEqual(['REAUTHORIZE']);
    const plain = await read('FLEX', make(), NO_EXPANSION);
    expect(plain.availableActions).toEqual(['CANCEL', 'CAPTURE', 'REAUTHORIZE']);
  });

  test.each(['open', 'paid'])('a setup without money, %s', async (state) => {
    const make = async () => {
      const created = await rig.send('FLEX', newFlex({ mode: 'setup', captureMethod: 'manual' }));
      const id = created.is === 'DONE' ? created.providerId : '';
      if (state === 'paid') pay(id);
      return id;
    };
    expect((await compare('FLEX', make)).availableActions).toEqual(state === 'open' ? ['CANCEL', 'CONFIRM'] : []);
  });

  test('all that a session tells without expansion is the same, but for an authorisation that has run out', async () => {
    for (const { checkout_session_id } of control().sessions({ provider: 'flex' })) {
      const id = String(checkout_session_id);
      const [expanded, plain] = [await read('FLEX', id), await read('FLEX', id, NO_EXPANSION)];
      const { details } = expanded;
      const capturable = details.provider === 'FLEX' && details.paymentIntent?.amountCapturable?.minorUnits;
      const hasRunOut = plain.availableActions.includes('REAUTHORIZE') && capturable === 0;
      const lost = hasRunOut ? ['CAPTURE', 'CANCEL'] : [];
      expect(plain.availableActions.filter((action) => !lost.includes(action))).toEqual(
        expanded.availableActions.filter((action) => !lost.includes(action)),
      );
      if (!hasRunOut) expect(plain.availableActions).toEqual(expanded.availableActions);
    }
  });
});
