import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it, onTestFinished } from 'vitest';
import { globalId } from '../../src/checkout/global-id.ts';
import { makeKey, sign } from '../auth/issuer.ts';
import { startKillable } from '../changing/killable.ts';
import { openSqliteLedger } from '../changing/sqlite-ledger.ts';
import { policyOf } from '../changing/story.ts';
import type { GraphQLAnswer } from '../helpers/gateway.ts';
import { startRedis } from '../helpers/redis.ts';
import { type BoundWorld, type CALLERS, openBoundWorld, put, type Sandbox } from './bound-rig.ts';

let world: BoundWorld;
let sandbox: Sandbox;
afterEach(() => world.close());

/** With each read failing as long as faults are ordered, and the circuit left alone. */
async function open(settings: Parameters<typeof openBoundWorld>[0] = {}) {
  world = await openBoundWorld({ upstreamPolicy: policyOf(3000), ...settings });
  sandbox = world.sandbox;
}

const AUTHORIZED = { status: 'complete', capture_method: 'manual', amount_total: 900 };
const putFlex = (person: string, properties: object = AUTHORIZED) =>
  put(sandbox, 'FLEX', `fcus_${person}`, { ...properties });
const CAPTURE = `mutation ($id: ID!, $key: String!, $amount: SafeInt) {
  change: captureCheckoutSession(input: { id: $id, idempotencyKey: $key, amountMinorUnits: $amount }) { userErrors { code } } }`;
const REFUND = CAPTURE.replace('captureCheckoutSession', 'refundCheckoutSession');
const CANCEL = `mutation ($id: ID!, $key: String!) {
  change: cancelCheckoutSession(input: { id: $id, idempotencyKey: $key }) { userErrors { code } } }`;

type Asked = { id: string; amount?: number; document?: string };
const change = (caller: keyof typeof CALLERS, { id, amount = 100, document = CAPTURE }: Asked) =>
  world.gateway.as(caller).ask(document, { id, key: 'k', ...(document !== CANCEL && { amount }) });
const callsFrom = (before: number) =>
  sandbox.control
    .calls()
    .slice(before)
    .map(({ method }) => method);
const count = () => sandbox.control.calls().length;
const untilSent = async () => {
  while (!callsFrom(0).includes('POST')) await sleep(20);
};
const failReads = () =>
  sandbox.control.fault({ provider: 'flex', kind: 'status', status: 500, match: { method: 'GET' } });
const captures = (providerId: string) =>
  sandbox.control.calls().filter(({ effect }) => effect?.operation === 'capture' && effect.id === providerId).length;

const MADE = { data: { change: { userErrors: [] } } };
const REPLAYED = { ...MADE, extensions: { idempotency: { replayed: true } } };
const codeOf = ({ data, errors }: GraphQLAnswer) =>
  errors?.[0]?.extensions.code ?? (data.change as { userErrors: { code: string }[] }).userErrors[0]?.code;

describe('a change that a bound caller repeats while the provider cannot be read', () => {
  it('that was made is told from what is stored, without a call', async () => {
    await open();
    const id = globalId('FLEX', putFlex('ada'));
    expect(await change('ada', { id })).toEqual(MADE);
    // The newest under the key is of another kind.
    expect(await change('ada', { id, document: REFUND })).toEqual(MADE);
    failReads();
    const before = count();
    expect(await change('ada', { id })).toEqual(REPLAYED);
    expect(await change('ada', { id, document: REFUND })).toEqual(REPLAYED);
    expect(callsFrom(before)).toEqual([]);
  });

  it('is known by an encrypted ledger too', async () => {
    const redis = await startRedis({ args: ['--maxmemory-policy', 'noeviction', '--appendonly', 'yes'] });
    onTestFinished(() => redis.stop());
    await open({ redisUrl: redis.url, cacheEncryptionKey: randomBytes(32).toString('base64') });
    const id = globalId('FLEX', putFlex('ada'));
    expect(await change('ada', { id })).toEqual(MADE);
    failReads();
    expect(await change('ada', { id })).toEqual(REPLAYED);
  });

  it('and that is on its way is waited for', async () => {
    await open();
    const providerId = putFlex('ada');
    const id = globalId('FLEX', providerId);
    sandbox.control.fault({ provider: 'flex', kind: 'delay', delayMs: 1000, match: { method: 'POST' } });
    const first = change('ada', { id });
    await untilSent();
    failReads();
    expect(await change('ada', { id })).toEqual(REPLAYED);
    expect(await first).toEqual(MADE);
    expect(captures(providerId)).toBe(1);
  });

  it('is found out about when nobody knows what became of it', async () => {
    await open();
    const providerId = putFlex('ada');
    const id = globalId('FLEX', providerId);
    sandbox.control.fault({ provider: 'flex', kind: 'reset', when: 'after', match: { method: 'POST' } });
    expect(codeOf(await change('ada', { id }))).toBe('OUTCOME_UNKNOWN');
    sandbox.control.clearFaults();
    failReads();
    expect(await change('ada', { id })).toEqual(REPLAYED);
    expect(captures(providerId)).toBe(1);
  });

  it('is looked up all the same with another input, or by who sees others', async () => {
    await open();
    const id = globalId('FLEX', putFlex('ada'));
    const others = globalId('FLEX', putFlex('bob'));
    expect(await change('ada', { id })).toEqual(MADE);
    failReads();
    let before = count();
    for (const [caller, asked] of [
      ['ada', { id, amount: 200 }],
      ['ada', { id: others }],
      ['twin', { id }],
      ['bob', { id }],
    ] as const) {
      const answer = await change(caller, asked);
      expect([caller, codeOf(answer), answer.extensions]).toEqual([caller, 'UPSTREAM_ERROR', undefined]);
    }
    expect(callsFrom(before)).not.toContain('POST');
    sandbox.control.clearFaults();
    before = count();
    expect(codeOf(await change('ada', { id, amount: 200 }))).toBe('IDEMPOTENCY_CONFLICT');
    // No word of the key: it is as for one that does not exist.
    for (const [caller, hidden] of [
      ['ada', others],
      ['twin', id],
      ['bob', id],
    ] as const) {
      expect([caller, codeOf(await change(caller, { id: hidden }))]).toEqual([caller, 'NOT_FOUND']);
    }
    expect(callsFrom(before)).not.toContain('POST');
  });
});

describe('a change that has to be made anew is looked up first', () => {
  it('when it failed', async () => {
    await open();
    const providerId = putFlex('ada');
    const id = globalId('FLEX', providerId);
    expect(codeOf(await change('ada', { id, amount: 5000 }))).toBe('INVALID');
    sandbox.control.patch({ provider: 'flex', id: providerId, set: { customer: 'fcus_bob' } });
    const before = count();
    expect(codeOf(await change('ada', { id, amount: 5000 }))).toBe('NOT_FOUND');
    expect(callsFrom(before)).toEqual(['GET']);
  });

  it('when it turns out never to have been made', async () => {
    let aheadMs = 0;
    await open({ now: () => Date.now() + aheadMs });
    const providerId = put(sandbox, 'METEROID', 'cus_ada');
    const id = globalId('METEROID', providerId);
    sandbox.control.fault({ provider: 'meteroid', kind: 'reset', match: { method: 'POST' } });
    expect(codeOf(await change('ada', { id, document: CANCEL }))).toBe('OUTCOME_UNKNOWN');
    sandbox.control.patch({ provider: 'meteroid', id: providerId, set: { customer_id: 'cus_bob' } });
    // Past the time in which it can still be heard.
    aheadMs = 61_000;
    expect(codeOf(await change('ada', { id, document: CANCEL }))).toBe('NOT_FOUND');
    const [session] = sandbox.control.sessions({ provider: 'meteroid', where: { id: providerId } });
    expect(session?.status).not.toBe('CANCELLED');
  });
});

it('a change before which the ledger cannot be read is not begun, and is not said to be perhaps', async () => {
  const redis = await startRedis();
  onTestFinished(() => redis.stop());
  await open({ redisUrl: redis.url });
  const id = globalId('FLEX', putFlex('ada'));
  redis.pause();
  const answer = await change('ada', { id });
  redis.resume();
  expect(codeOf(answer)).toBe('INTERNAL_SERVER_ERROR');
  expect(callsFrom(0)).not.toContain('POST');
});

describe('a gateway that was killed between begin and result', () => {
  it('has its change finished for who repeats it, and for nobody else', async () => {
    await open();
    const ledger = await openSqliteLedger();
    onTestFinished(() => ledger.close());
    const key = await makeKey('only');
    const exp = Math.floor(Date.now() / 1000) + 600;
    const tokenOf = (id: string) =>
      sign(key, { exp, scope: 'checkout:write', checkout_customers: [{ provider: 'flex', id }] });
    const [own, others] = await Promise.all([tokenOf('fcus_ada'), tokenOf('fcus_bob')]);
    const start = async () => {
      const gateway = await startKillable({
        providers: sandbox.addresses,
        ...ledger.settings,
        upstreamPolicy: policyOf(3000),
        env: {
          AUTH_MODE: 'jwt',
          JWT_ISSUER: 'https://issuer.example',
          JWT_AUDIENCE: 'checkout-gateway',
          JWT_PUBLIC_KEY: JSON.stringify(key.jwk),
        },
      });
      onTestFinished(() => gateway.kill());
      return gateway;
    };
    const { control } = sandbox;
    const providerId = putFlex('ada');
    const variables = { id: globalId('FLEX', providerId), key: 'k', amount: 100 };
    control.fault({ provider: 'flex', kind: 'hang', match: { method: 'POST' } });
    const killed = await start();
    const lost = killed
      .as(own)
      .ask(CAPTURE, variables)
      .catch(() => 'gone');
    await untilSent();
    await killed.kill();
    expect(await lost).toBe('gone');
    control.clearFaults();
    failReads();
    const next = await start();
    expect(codeOf(await next.as(others).ask(CAPTURE, variables))).toBe('UPSTREAM_ERROR');
    expect(await next.as(own).ask(CAPTURE, variables)).toEqual(REPLAYED);
    expect(captures(providerId)).toBe(1);
  }, 30_000);
});
