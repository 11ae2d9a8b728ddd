import { afterEach, describe, expect, it } from 'vitest';
import { OPERATIONS, type OperationUnderTest } from '../changing/operations.ts';
import { change } from '../changing/rig.ts';
import { openStory, policyOf } from '../changing/story.ts';
import { startTestGateway, type TestGateway } from '../helpers/gateway.ts';

const SHOWN = `id providerId status providerStatus isArchived availableActions completedAt
  amounts { total { minorUnits } received { minorUnits } refunded { minorUnits } }`;
const READ = `query ($id: ID!) { checkoutSession(id: $id) { ${SHOWN} } }`;
const LIST = `query ($filter: CheckoutSessionFilter) { checkoutSessions(first: 50, filter: $filter) { nodes { ${SHOWN} } } }`;

type Shown = { id: string; isArchived: boolean };

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function read(gateway: TestGateway, id: string): Promise<Shown> {
  const { data, errors } = await gateway.ask<{ checkoutSession: Shown }>(READ, { id });
  expect(errors).toBeUndefined();
  return data.checkoutSession;
}

async function listed(gateway: TestGateway, provider: string, id: string): Promise<Shown | undefined> {
  const filter = { providers: [provider.toUpperCase()] };
  const { data, errors } = await gateway.ask<{ checkoutSessions: { nodes: Shown[] } }>(LIST, { filter });
  expect(errors).toBeUndefined();
  return data.checkoutSessions.nodes.find((node) => node.id === id);
}

/** A gateway whose answers are held against those of one that keeps nothing. */
async function open(cacheMemoryMiB: number) {
  const story = await openStory([]);
  const settings = { providers: story.addresses, upstreamPolicy: policyOf(3000) };
  const [gateway, fresh] = [
    await startTestGateway({ ...settings, cacheMemoryMiB }),
    await startTestGateway({ ...settings, cacheMemoryMiB: 0 }),
  ];
  closing.push(story.close, gateway.stop, fresh.stop);
  return { ...story, gateway, fresh };
}

type Opened = Awaited<ReturnType<typeof open>>;

async function holds({ gateway, fresh }: Opened, { provider }: OperationUnderTest, id: string): Promise<Shown> {
  const truth = await read(fresh, id);
  expect(await read(gateway, id)).toEqual(truth);
  expect(await listed(gateway, provider, id)).toEqual(truth.isArchived ? undefined : truth);
  return truth;
}

describe.each([0, 16])('after a change, with %i MiB of cache', (cacheMemoryMiB) => {
  it.each(OPERATIONS)('$name: the answer, the next read and the next list show it', async (operation) => {
    const opened = await open(cacheMemoryMiB);
    const input = operation.input(opened.sandbox, 'shown') as { id?: string };
    const before = input.id === undefined ? null : await holds(opened, operation, input.id);
    const document = operation.document.replace('{ id providerId status }', `{ ${SHOWN} }`);
    const { data, errors } = await change(opened.gateway, { ...operation, document }, input, 'k');
    expect(errors).toBeUndefined();
    const { checkoutSession } = data.change as { checkoutSession: Shown };
    const after = await holds(opened, operation, checkoutSession.id);
    expect(checkoutSession).toEqual(after);
    // Renewing an authorization changes nothing that is shown.
    if (operation.effect !== 'reauth') expect(after).not.toEqual(before);
  });

  it.each(OPERATIONS.filter(({ effect }) => effect !== 'create'))(
    '$name: a change that was not answered is shown too',
    async (operation) => {
      const opened = await open(cacheMemoryMiB);
      const input = operation.input(opened.sandbox, 'shown') as { id: string };
      await holds(opened, operation, input.id);
      for (const method of ['POST', 'DELETE']) {
        opened.sandbox.control.fault({ provider: operation.provider, match: { method }, kind: 'reset', when: 'after' });
      }
      await change(opened.gateway, operation, input, 'k');
      const truth = await read(opened.fresh, input.id);
      expect(await read(opened.gateway, input.id)).toEqual(truth);
    },
  );
});
