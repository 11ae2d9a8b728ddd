import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Sandbox, startSandbox } from '../../sandbox/index.ts';
import { globalId } from '../../src/checkout/global-id.ts';
import { startTestGateway, type TestGateway } from '../helpers/gateway.ts';

let sandbox: Sandbox;
let gateway: TestGateway;

beforeAll(async () => {
  sandbox = await startSandbox({ sessions: 3 });
  const { flexprice, meteroid, flex } = sandbox.providers;
  gateway = await startTestGateway({ providers: { FLEXPRICE: flexprice, METEROID: meteroid, FLEX: flex } });
});
afterAll(async () => {
  await gateway.stop();
  await sandbox.stop();
});

const flexCalls = () => sandbox.control.calls({ provider: 'flex' });

// Only the payment intent tells, so it is asked for in the same call.
it('nothing is offered that an authorization has run out for, alone and in a list, and it costs no call more', async () => {
  const { control } = sandbox;
  const created = control.create({ provider: 'flex', amount_total: 5000, capture_method: 'manual' });
  const providerId = String(created.checkout_session_id);
  control.pay({ provider: 'flex', id: providerId });
  control.advance({ seconds: 8 * 86_400 });
  const id = globalId('FLEX', providerId);
  const before = flexCalls().length;
  const one = await gateway.ask('query ($id: ID!) { checkoutSession(id: $id) { availableActions } }', { id });
  expect(one.data).toEqual({ checkoutSession: { availableActions: ['REAUTHORIZE'] } });
  expect(flexCalls()).toHaveLength(before + 1);
  const list = await gateway.ask(
    '{ checkoutSessions(filter: { providers: [FLEX] }) { nodes { providerId availableActions } } }',
  );
  expect(list.data.checkoutSessions).toMatchObject({
    nodes: expect.arrayContaining([{ providerId, availableActions: ['REAUTHORIZE'] }]),
  });
  expect(flexCalls()).toHaveLength(before + 2);
});
