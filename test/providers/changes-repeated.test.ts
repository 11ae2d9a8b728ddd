import { describe, expect, test } from 'vitest';
import type { Change } from '../../src/checkout/change.ts';
import { NEW, newFlex, newFlexprice } from './changes-inputs.ts';
import { changesRig } from './changes-rig.ts';

const rig = changesRig();
const DAY_MS = 86_400_000;
const advance = (seconds: number) => rig.sandbox.control.advance({ seconds });

const idOf = async (sent: ReturnType<typeof rig.send>): Promise<string> => {
  const answer = await sent;
  if (answer.is !== 'DONE') throw new Error(`Expected it to be done, got ${JSON.stringify(answer)}.`);
  return answer.providerId;
};

describe('Flexprice', () => {
  test('refuses a key while the session that has it is open, and does not say which that is', async () => {
    await idOf(rig.send('FLEXPRICE', NEW.FLEXPRICE));
    expect(await rig.send('FLEXPRICE', NEW.FLEXPRICE)).toEqual({ is: 'KEY_IN_USE' });
    expect(await rig.send('FLEXPRICE', newFlexprice({ customerExternalId: 'another' }))).toEqual({ is: 'KEY_IN_USE' });
    expect(rig.effects('FLEXPRICE')).toEqual({ create: 1 });
    await idOf(rig.send('FLEXPRICE', NEW.FLEXPRICE, 'key-2'));
    expect(rig.effects('FLEXPRICE')).toEqual({ create: 2 });
  });

  test('does a create again once that session has ended: only for as long as it cannot have, it may be sent again', async () => {
    const holdsMs = rig.handler('FLEXPRICE', 'CREATE')?.resendWithinMs ?? 0;
    expect(holdsMs).toBe(10_000);
    await idOf(rig.send('FLEXPRICE', NEW.FLEXPRICE));
    advance(holdsMs / 1000);
    expect(await rig.send('FLEXPRICE', NEW.FLEXPRICE)).toEqual({ is: 'KEY_IN_USE' });
    advance(15 * 60);
    expect(await rig.send('FLEXPRICE', NEW.FLEXPRICE)).toMatchObject({ is: 'DONE' });
    expect(rig.effects('FLEXPRICE')).toEqual({ create: 2 });
  });

  test.each([
    ['without a body', ''],
    ['with a body that says nothing', '{"error":"conflict"}'],
    ['by its code', '{"code":"already_exists","message":""}'],
    [
      'by its sentence',
      '{"code":"already_exists","message":"An active session of the customer has this idempotency key"}',
    ],
    ['by its details', '{"code":"already_exists","message":"plan_id","details":{"idempotency_key":"k"}}'],
  ])('a 409 %s is a key in use', async (_, body) => {
    rig.fault('FLEXPRICE', { kind: 'body', status: 409, body });
    expect(await rig.send('FLEXPRICE', NEW.FLEXPRICE)).toEqual({ is: 'KEY_IN_USE' });
  });

  test('a delete is done as often as it is sent, and changes something once', async () => {
    const providerId = await idOf(rig.send('FLEXPRICE', NEW.FLEXPRICE));
    expect(rig.handler('FLEXPRICE', 'DELETE')?.resendWithinMs).toBe(Number.POSITIVE_INFINITY);
    for (let i = 0; i < 3; i++) {
      expect(await rig.send('FLEXPRICE', { kind: 'DELETE', providerId })).toMatchObject({ is: 'DONE', providerId });
    }
    expect(rig.effects('FLEXPRICE')).toEqual({ create: 1, delete: 1 });
  });
});

describe('Meteroid', () => {
  test('makes a session for each create: none may be sent again', async () => {
    expect(rig.handler('METEROID', 'CREATE')?.resendWithinMs).toBe(0);
    const first = await idOf(rig.send('METEROID', NEW.METEROID));
    expect(await idOf(rig.send('METEROID', NEW.METEROID))).not.toBe(first);
    expect(rig.effects('METEROID')).toEqual({ create: 2 });
  });

  test('a cancel is done as often as it is sent, and changes something once', async () => {
    const providerId = await idOf(rig.send('METEROID', NEW.METEROID));
    expect(rig.handler('METEROID', 'CANCEL')?.resendWithinMs).toBe(Number.POSITIVE_INFINITY);
    for (let i = 0; i < 3; i++) {
      const answer = await rig.send('METEROID', { kind: 'CANCEL', providerId });
      expect(answer).toMatchObject({ is: 'DONE', providerId, session: { status: 'CANCELED' } });
      advance(3600);
    }
    expect(rig.effects('METEROID')).toEqual({ create: 1, cancel: 1 });
  });
});

describe('Flex', () => {
  const create = (more: Record<string, unknown> = {}) =>
    String(rig.sandbox.control.create({ provider: 'flex', amount_total: 5000, ...more }).checkout_session_id);
  const KINDS: [string, () => Change, string][] = [
    ['create', () => NEW.FLEX, 'create'],
    ['cancel', () => ({ kind: 'CANCEL', providerId: create() }), 'cancel'],
    ['refund', () => ({ kind: 'REFUND', providerId: create({ status: 'complete' }), amount: 10 }), 'refund'],
    ['confirm', () => ({ kind: 'CONFIRM', providerId: create(), paymentMethod: 'fpm_1' }), 'confirm'],
    [
      'capture',
      () => ({ kind: 'CAPTURE', providerId: create({ status: 'complete', capture_method: 'manual' }), amount: 10 }),
      'capture',
    ],
    [
      'reauthorize',
      () => ({ kind: 'REAUTHORIZE', providerId: create({ status: 'complete', capture_method: 'manual' }) }),
      'reauth',
    ],
  ];

  test.each(KINDS)(
    'a %s that is sent again with its key is done once, and answered the same',
    async (_, make, operation) => {
      const change = make();
      const first = await rig.send('FLEX', change);
      // Money that moved meanwhile changes nothing about the answer.
      advance(60);
      const again = await rig.send('FLEX', change);
      const shown = (answer: typeof first) =>
        answer.is === 'DONE' && { ...answer, session: { ...answer.session, fetchedAt: null } };
      expect(shown(again)).toEqual(shown(first));
      expect(first.is).toBe('DONE');
      expect(rig.effects('FLEX')).toEqual({ [operation]: 1 });
    },
  );

  test.each(KINDS)('a %s whose first answer was lost is done once', async (_, make, operation) => {
    const change = make();
    rig.fault('FLEX', { kind: 'reset', when: 'after', times: 1 });
    expect(await rig.fail('FLEX', change)).toMatchObject({ mayHaveHappened: true });
    expect(await rig.send('FLEX', change)).toMatchObject({ is: 'DONE' });
    expect(rig.effects('FLEX')).toEqual({ [operation]: 1 });
  });

  test.each(KINDS)(
    'a %s may be sent again for nearly a day, and not when the key may be forgotten',
    async (_, make) => {
      const change = make();
      const resendWithinMs = rig.handler('FLEX', change.kind)?.resendWithinMs ?? 0;
      expect(resendWithinMs).toBeLessThan(DAY_MS - 60_000);
      expect(resendWithinMs).toBeGreaterThan(DAY_MS - 3_600_000);
      rig.fault('FLEX', { kind: 'reset', when: 'after', times: 1 });
      await rig.fail('FLEX', change);
      advance(resendWithinMs / 1000);
      expect(await rig.send('FLEX', change)).toMatchObject({ is: 'DONE' });
      expect(Object.values(rig.effects('FLEX'))).toEqual([1]);
    },
  );

  test('refunds with different keys are different refunds', async () => {
    const providerId = create({ status: 'complete' });
    for (const key of ['a', 'b']) await rig.send('FLEX', { kind: 'REFUND', providerId, amount: 10 }, key);
    expect(rig.effects('FLEX')).toEqual({ refund: 2 });
  });

  test('a decline is final: its key answers the same for ever', async () => {
    const change = { kind: 'CONFIRM', providerId: create(), paymentMethod: 'fpm_declined' } as const;
    const first = await rig.send('FLEX', change);
    expect(first).toMatchObject({ errors: [{ code: 'PAYMENT_DECLINED' }] });
    expect(await rig.send('FLEX', change)).toEqual(first);
    expect(rig.sandbox.control.calls({ provider: 'flex' }).map(({ status }) => status)).toEqual([402, 402]);
  });

  test('a key that is used for another request is a bug of the gateway, and logged', async () => {
    await rig.send('FLEX', NEW.FLEX);
    const error = await rig.fail('FLEX', newFlex({ clientReferenceId: 'other' }));
    // The first one was done.
    expect(error).toMatchObject({ code: 'UPSTREAM_ERROR', retryable: false, mayHaveHappened: true, wasRefused: false });
    expect(rig.log.map((line) => JSON.parse(line)).filter(({ level }) => level >= 50)).toMatchObject([
      { provider: 'FLEX', status: 400, msg: expect.stringContaining('idempotency key') },
    ]);
    expect(rig.log.join()).not.toContain('key-1');
    expect(rig.effects('FLEX')).toEqual({ create: 1 });
  });

  test.each(['', '{"error":{"type":"invalid_request_error","message":"in use"}}'])(
    'a conflict, %j, may be with the same change, which is under way',
    async (body) => {
      rig.fault('FLEX', { kind: 'body', status: 409, body });
      expect(await rig.fail('FLEX', NEW.FLEX)).toMatchObject({ code: 'UPSTREAM_ERROR', mayHaveHappened: true });
    },
  );

  test.each([
    { error: { type: 'invalid_request_error', param: 'Idempotency-Key' } },
    { detail: [{ loc: ['header', 'idempotency-key'], type: 'missing' }] },
  ])('a key that is refused is a bug of the gateway: %j', async (body) => {
    rig.fault('FLEX', { kind: 'body', status: 422, body: JSON.stringify(body) });
    expect(await rig.fail('FLEX', NEW.FLEX)).toMatchObject({
      code: 'UPSTREAM_ERROR',
      mayHaveHappened: false,
      wasRefused: true,
    });
    expect(rig.log.filter((line) => line.includes('a bug of this gateway'))).toHaveLength(1);
  });
});
