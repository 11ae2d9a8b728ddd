import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Sandbox, startSandbox } from '../../sandbox/index.ts';
import { NO_FILTER } from '../../src/checkout/filter.ts';
import type { Expansion, Provider } from '../../src/checkout/provider.ts';
import type { CheckoutSession } from '../../src/checkout/session.ts';
import { contentOf } from '../../src/live/content.ts';
import { PROVIDERS } from '../../src/providers/registry.ts';
import { createUpstream } from '../../src/upstream/index.ts';
import { recordLog } from '../helpers/log.ts';

const NAMES = { FLEXPRICE: 'flexprice', METEROID: 'meteroid', FLEX: 'flex' } as const;
const EVERYTHING = { customer: true, paymentIntent: true };
const NOTHING = { customer: false, paymentIntent: false };

let sandbox: Sandbox;
let time = Date.now();
const closing: (() => void)[] = [];

beforeAll(async () => {
  sandbox = await startSandbox({ sessions: 30 });
});
afterAll(async () => {
  for (const close of closing) close();
  await sandbox.stop();
});

function providerNamed(name: keyof typeof NAMES): Provider {
  const { baseUrl, apiKey } = sandbox.providers[NAMES[name]];
  const { log } = recordLog();
  const now = () => time;
  const upstream = createUpstream({
    provider: name,
    baseUrl,
    headers: PROVIDERS[name].headers({ apiKey }),
    log,
    now,
    observe: () => {},
  });
  closing.push(() => upstream.close());
  return PROVIDERS[name].create({ upstream, log, now });
}

const read = async (provider: Provider, id: string, expansion: Expansion): Promise<CheckoutSession> => {
  const session = await provider.getSession(id, expansion, { requestId: 'test', deadline: time + 5000 });
  if (!session) throw new Error(`There is no ${id}.`);
  return session;
};

describe.each(['FLEXPRICE', 'METEROID', 'FLEX'] as const)('what a session of %s says', (name) => {
  it('is the same however much is expanded and whenever it is read, and fits into the ledger', async () => {
    const provider = providerNamed(name);
    const sessions = sandbox.control.sessions({ provider: NAMES[name], limit: 31 });
    const ids = sessions.map(({ id, checkout_session_id }) => String(checkout_session_id ?? id));
    expect(ids.length).toBeGreaterThan(25);
    const contents = new Set<string>();
    for (const id of ids) {
      const bare = await read(provider, id, NOTHING);
      time += 60_000;
      const whole = await read(provider, id, EVERYTHING);
      expect([id, contentOf(whole)]).toEqual([id, contentOf(bare)]);
      // As it comes back from what is kept.
      expect(contentOf(JSON.parse(JSON.stringify(whole)) as CheckoutSession)).toBe(contentOf(bare));
      expect(contentOf(bare)).toMatch(/^[\w-]{22}$/);
      contents.add(contentOf(bare));
    }
    expect(contents.size).toBe(ids.length);
  });

  it('is another with every part that a subscriber can see change', async () => {
    const provider = providerNamed(name);
    const session = await read(provider, sandbox.examples[NAMES[name]], EVERYTHING);
    const changed: Partial<CheckoutSession>[] = [
      { status: 'PROCESSING' },
      { providerStatus: 'another' },
      { checkoutUrl: session.checkoutUrl === null ? 'https://pay.example/' : null },
      { customer: { id: 'another', email: null, firstName: null, lastName: null, phone: null } },
      { paymentId: 'another' },
      { subscriptionId: 'another' },
      { failureReason: 'another' },
      { completedAt: '2026-01-01T00:00:00.000Z' },
      { expiresAt: '2026-01-01T00:00:00.000Z' },
      { metadata: [{ key: 'a', value: 'b' }] },
      { isArchived: !session.isArchived },
    ];
    const contents = [session, ...changed.map((change) => ({ ...session, ...change }))].map(contentOf);
    expect(new Set(contents).size).toBe(contents.length);
  });
});

it('what is read of Meteroid as a list says the same as what is read one by one', async () => {
  const provider = providerNamed('METEROID');
  if (provider.listing.kind !== 'WHOLE') throw new Error('It lists all at once.');
  const call = { requestId: 'test', deadline: time + 5000 };
  const listed = (await provider.listing.plan(NO_FILTER)?.readAll(call)) ?? [];
  expect(listed.length).toBeGreaterThan(25);
  for (const session of listed) {
    const one = await read(provider, session.providerId, NOTHING);
    expect([one.id, contentOf(one)]).toEqual([session.id, contentOf(session)]);
  }
});
