import { expect, it } from 'vitest';
import { createMemoryCache } from '../../src/cache/memory.ts';
import type { Provider } from '../../src/checkout/provider.ts';
import { createLimit } from '../../src/reading/limit.ts';
import { createPlaces } from '../../src/reading/places.ts';
import type { Reader } from '../../src/reading/read-through.ts';
import { ReportBuilder } from '../../src/reading/report.ts';
import { createSharedReads } from '../../src/reading/shared-reads.ts';

const PLAIN = { customer: false, paymentIntent: false };
const WITH_CUSTOMER = { customer: true, paymentIntent: false };

it('a turn that was taken by who then joins another flight is given back', async () => {
  const cache = createMemoryCache({ maxBytes: 2 ** 20, now: Date.now });
  const reads = createSharedReads({ cache, accounts: {}, fetchMs: 1000, now: Date.now });
  const provider: Provider = {
    name: 'FLEX',
    expands: { customer: true, paymentIntent: true },
    listing: { kind: 'INDEXED', plan: () => null },
    getSession: () => new Promise((resolve) => setTimeout(() => resolve(null), 20)),
  };
  const reader = (): Reader => ({
    call: { deadline: Date.now() + 1000, requestId: 'test' },
    limit: createLimit(),
    report: new ReportBuilder(),
    onCall: () => {},
  });
  await Promise.all([
    reads.session(provider, 'none', WITH_CUSTOMER, reader()),
    reads.session(provider, 'none', PLAIN, reader()),
  ]);
  const places = createPlaces({});
  for (const expansion of [PLAIN, WITH_CUSTOMER]) {
    expect((await cache.begin(places.session('FLEX', 'none', expansion))).isMine).toBe(true);
  }
});

it('who reads a list after a change does not wait for who began before it', async () => {
  const cache = createMemoryCache({ maxBytes: 2 ** 20, now: Date.now });
  const place = createPlaces({}).list('METEROID', '');
  const before = await cache.begin(place);
  expect([before.isMine, (await cache.begin(place)).isMine]).toEqual([true, false]);
  await cache.drop([place.under ?? '']);
  const after = await cache.begin(place);
  expect([after.isMine, (await cache.begin(place)).isMine]).toEqual([true, false]);
  await cache.release(place, before);
  expect((await cache.begin(place)).isMine).toBe(false);
});
