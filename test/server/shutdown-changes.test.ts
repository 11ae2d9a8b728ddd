import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { isRefused, openShutdownWorld, type Running, sentChange, TEST_MS, type World } from './shutdown-process.ts';

/** How often something was really captured. */
const captured = ({ control }: World): number =>
  control.effects({ provider: 'flex' }).reduce((sum, { count }) => sum + count, 0);

const stateOf = async (gateway: Running, key: string): Promise<unknown> =>
  ((await (await gateway.ask(`{ operation(idempotencyKey: "${key}") { state } }`)).json()) as { data: unknown }).data;

test(
  'a change that is being made is answered, and the gateway ends with 0',
  async ({ onTestFinished }) => {
    const world = await openShutdownWorld(onTestFinished);
    const gateway = await world.start();
    const { asked } = await sentChange(world, gateway, { delayMs: 2000 }, 'key');
    gateway.signal();
    await expect.poll(() => isRefused(gateway.url)).toBe(true);
    const answer = await asked;
    expect(answer.headers.get('connection')).toBe('close');
    expect(await answer.json()).toEqual({ data: { c: { userErrors: [] } } });
    expect(await gateway.exited).toBe(0);
    expect(captured(world)).toBe(1);
  },
  TEST_MS,
);

test(
  'a change is finished though its client has gone, and stands in the ledger',
  async ({ onTestFinished }) => {
    const world = await openShutdownWorld(onTestFinished);
    const gateway = await world.start();
    const client = new AbortController();
    await sentChange(world, gateway, { delayMs: 2000, signal: client.signal }, 'key');
    client.abort();
    await sleep(100);
    gateway.signal();
    expect(await gateway.exited).toBe(0);
    expect(captured(world)).toBe(1);
    const next = await world.start();
    expect(await stateOf(next, 'key')).toEqual({ operation: { state: 'SUCCEEDED' } });
    expect(captured(world)).toBe(1);
  },
  TEST_MS,
);

test(
  'a change whose provider does not answer in time is told to be unknown, and stands so',
  async ({ onTestFinished }) => {
    const world = await openShutdownWorld(onTestFinished);
    const gateway = await world.start();
    const { asked } = await sentChange(world, gateway, {}, 'key');
    gateway.signal();
    const answer = await asked;
    expect(await answer.json()).toMatchObject({ errors: [{ extensions: { code: 'OUTCOME_UNKNOWN' } }] });
    expect(await gateway.exited).toBe(0);
    // Nobody is asked about it, so that it is seen as it was left.
    world.control.fault({ provider: 'flex', kind: 'status', status: 503 });
    const next = await world.start();
    expect(await stateOf(next, 'key')).toEqual({ operation: { state: 'UNKNOWN' } });
  },
  TEST_MS,
);
