import { afterAll, beforeAll, expect, it } from 'vitest';
import { globalId } from '../../src/checkout/global-id.ts';
import type { TestGateway } from '../helpers/gateway.ts';
import { type LiveWorld, openWorld, subscribe } from './rig.ts';

let world: LiveWorld;
let gateway: TestGateway;

beforeAll(async () => {
  world = await openWorld();
  gateway = await world.start();
});
afterAll(() => world.close());

it('one provider that fails costs a subscriber of three only its own sessions', async () => {
  const { control } = world.sandbox;
  const flex = globalId('FLEX', world.create('flex'));
  const flexpriceId = world.create('flexprice');
  control.fault({ provider: 'flex', kind: 'status', status: 500 });
  const subscriber = subscribe(gateway, { ids: [flex, globalId('FLEXPRICE', flexpriceId)] });
  const [first] = await subscriber.until(1);
  expect(first).toMatchObject({ checkoutSession: { providerId: flexpriceId } });
  await expect
    .poll(() => subscriber.errors)
    .toMatchObject([{ extensions: { code: 'UPSTREAM_ERROR', provider: 'FLEX' } }]);
  control.clearFaults();
  control.pay({ provider: 'flexprice', id: flexpriceId });
  const changes = await subscriber.until(2);
  expect(changes[1]).toMatchObject({ checkoutSession: { providerId: flexpriceId }, trigger: 'WEBHOOK' });
  await subscriber.stop();
});

it('a subscription that is sent as a query is said to be one, and is no bug', async () => {
  const { errors } = await gateway.ask('subscription { checkoutSessionChanged { at } }');
  expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
  expect(gateway.log.filter((line) => /bug/.test(line))).toEqual([]);
});
