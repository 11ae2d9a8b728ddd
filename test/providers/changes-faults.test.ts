import { describe, expect, test } from 'vitest';
import type { FaultSpec } from '../../sandbox/index.ts';
import type { Change } from '../../src/checkout/change.ts';
import { NEW } from './changes-inputs.ts';
import { changesRig, type SandboxedName } from './changes-rig.ts';

const rig = changesRig();
const flex = (more: Record<string, unknown> = {}) =>
  String(rig.sandbox.control.create({ provider: 'flex', amount_total: 5000, ...more }).checkout_session_id);

const CHANGES: [name: SandboxedName, operation: string, make: () => Change][] = [
  ['FLEXPRICE', 'create', () => NEW.FLEXPRICE],
  ['FLEXPRICE', 'delete', () => ({ kind: 'DELETE', providerId: rig.sandbox.examples.flexprice })],
  ['METEROID', 'create', () => NEW.METEROID],
  ['METEROID', 'cancel', () => ({ kind: 'CANCEL', providerId: rig.sandbox.examples.meteroid })],
  ['FLEX', 'create', () => NEW.FLEX],
  ['FLEX', 'cancel', () => ({ kind: 'CANCEL', providerId: flex() })],
  ['FLEX', 'confirm', () => ({ kind: 'CONFIRM', providerId: flex(), paymentMethod: 'fpm_1' })],
  ['FLEX', 'refund', () => ({ kind: 'REFUND', providerId: flex({ status: 'complete' }) })],
  ['FLEX', 'capture', () => ({ kind: 'CAPTURE', providerId: flex({ status: 'complete', capture_method: 'manual' }) })],
  [
    'FLEX',
    'reauth',
    () => ({ kind: 'REAUTHORIZE', providerId: flex({ status: 'complete', capture_method: 'manual' }) }),
  ],
];

const UNCLEAR: [string, Omit<FaultSpec, 'provider' | 'when'>, string][] = [
  ['a reset', { kind: 'reset' }, 'UPSTREAM_ERROR'],
  ['no answer', { kind: 'hang' }, 'UPSTREAM_TIMEOUT'],
  ['500', { kind: 'status', status: 500 }, 'UPSTREAM_ERROR'],
  ['503', { kind: 'status', status: 503 }, 'UPSTREAM_UNAVAILABLE'],
  ['408', { kind: 'status', status: 408 }, 'UPSTREAM_ERROR'],
  ['302', { kind: 'status', status: 302 }, 'UPSTREAM_BAD_RESPONSE'],
  ['what is no JSON', { kind: 'body', body: '<html>' }, 'UPSTREAM_BAD_RESPONSE'],
];

describe.each(CHANGES)('%s %s', (name, operation, make) => {
  test.each(UNCLEAR)('%s says nothing about whether it was done, and it is sent once', async (_, fault, code) => {
    const done = (when: string) => (when === 'after' ? { [operation]: 1 } : {});
    for (const when of ['before', 'after'] as const) {
      // However slow the machine is, there shall be a connection for what never comes.
      await rig.connect(name);
      rig.fault(name, { ...fault, when, times: 1 });
      // Long enough for all but what never comes.
      const patience = fault.kind === 'hang' ? 400 : undefined;
      const error = await rig.fail(name, make(), 'key-1', patience);
      expect(error, when).toMatchObject({ code, provider: name, mayHaveHappened: true });
      expect(rig.effects(name), when).toEqual(done(when));
      const sent = rig.sandbox.control.calls().filter(({ method }) => method !== 'GET');
      expect(sent).toHaveLength(1);
      rig.sandbox.control.reset();
    }
  });

  test('half an answer is not one', async () => {
    // There is nothing of a 204 to lose.
    if (operation === 'delete') return;
    rig.fault(name, { kind: 'truncate', times: 1 });
    expect(await rig.fail(name, make())).toMatchObject({ code: 'UPSTREAM_BAD_RESPONSE', mayHaveHappened: true });
    expect(rig.effects(name)).toEqual({ [operation]: 1 });
  });

  test.each([401, 403, 429])('%i is a refusal', async (status) => {
    rig.fault(name, { kind: 'status', status });
    expect(await rig.fail(name, make())).toMatchObject({ provider: name, mayHaveHappened: false });
    expect(rig.effects(name)).toEqual({});
  });

  test.each([
    '{}',
    '[]',
    'null',
    '"text"',
    '{"session":null}',
    '{"checkout_session":{"status":"open"}}',
    '{"id":7}',
    '{"session":{"id":""}}',
    '',
  ])('an answer without a session, %j, may come from a change that was made', async (body) => {
    rig.fault(name, { kind: 'body', body, when: 'after' });
    const error = await rig.fail(name, make());
    expect(error).toMatchObject({ code: 'UPSTREAM_BAD_RESPONSE', mayHaveHappened: true, retryable: false });
    expect(rig.effects(name)).toEqual({ [operation]: 1 });
  });

  test("somebody else's session is no answer", async () => {
    const change = make();
    if (change.kind === 'CREATE' || change.kind === 'DELETE') return;
    const body =
      name === 'FLEX' ? { checkout_session: { checkout_session_id: 'fcs_x' } } : { session: { id: 'che_x' } };
    rig.fault(name, { kind: 'body', body: JSON.stringify(body), when: 'after' });
    expect(await rig.fail(name, change)).toMatchObject({ code: 'UPSTREAM_BAD_RESPONSE', mayHaveHappened: true });
  });
});

test('what nobody can do is left out', () => {
  const kinds = (name: SandboxedName) => Object.keys(rig.provider(name).changes ?? {}).sort();
  expect(kinds('FLEXPRICE')).toEqual(['CREATE', 'DELETE']);
  expect(kinds('METEROID')).toEqual(['CANCEL', 'CREATE']);
  expect(kinds('FLEX')).toEqual(['CANCEL', 'CAPTURE', 'CONFIRM', 'CREATE', 'REAUTHORIZE', 'REFUND']);
});

test.each(['{}', '{"message":"ok"}', '<html></html>'])(
  'a delete at Flexprice that is answered 200 with %s is done only if the session says so',
  async (body) => {
    const id = String(rig.sandbox.control.create({ provider: 'flexprice' }).id);
    rig.fault('FLEXPRICE', { kind: 'body', body, times: 1, match: { method: 'DELETE' } });
    expect(await rig.fail('FLEXPRICE', { kind: 'DELETE', providerId: id })).toMatchObject({ mayHaveHappened: true });
    rig.fault('FLEXPRICE', { kind: 'body', body: '{}', when: 'after', times: 1, match: { method: 'DELETE' } });
    expect(await rig.send('FLEXPRICE', { kind: 'DELETE', providerId: id })).toMatchObject({ is: 'DONE' });
  },
);
