import { describe, expect, it } from 'vitest';
import { ANYONE, type Caller } from '../../src/checkout/caller.ts';
import { GatewayError } from '../../src/checkout/errors.ts';
import { globalId } from '../../src/checkout/global-id.ts';
import { NO_EXPANSION, type Provider } from '../../src/checkout/provider.ts';
import type { CheckoutSession } from '../../src/checkout/session.ts';
import type { Reader } from '../../src/reading/read-through.ts';
import { ReportBuilder } from '../../src/reading/report.ts';
import type { Reads } from '../../src/reading/shared-reads.ts';
import { visibleReads } from '../../src/reading/visible-reads.ts';

const NOW = 1_000_000;
const ADA: Caller = { ...ANYONE, name: 'ada', customers: [{ provider: 'FLEX', id: 'fcus_ada' }] };
const FLEX = { name: 'FLEX' } as Provider;
const FAILURE = new GatewayError('UPSTREAM_ERROR', 'Flex failed.', { provider: 'FLEX' });

const session = (providerId: string, customer: string | null) =>
  ({
    id: globalId('FLEX', providerId),
    provider: 'FLEX',
    providerId,
    customer: customer === null ? null : { id: customer },
  }) as CheckoutSession;

const SESSIONS = new Map(
  [session('own', 'fcus_ada'), session('other', 'fcus_bob'), session('guest', null)].map((one) => [
    one.providerId,
    one,
  ]),
);

/** Everything is kept, and fresh for long. */
function world(failure: GatewayError | null = null) {
  const asked: string[] = [];
  const result = <T>(value: T, { report }: Reader) => {
    if (failure) report.stale();
    else report.hit(NOW + 600_000);
    return { value, failure, isKept: true, isCurrent: failure === null };
  };
  const one: Reads['session'] = async (_, providerId, { customer }, reader) => {
    asked.push(`${providerId}${customer ? ' with customer' : ''}`);
    const found = SESSIONS.get(providerId) ?? null;
    if (!found && failure) {
      reader.report.failed();
      throw failure;
    }
    return result(found, reader);
  };
  const reads: Reads = {
    session: one,
    peekSession: one,
    standInSession: (provider, providerId, expansion, _, reader) => one(provider, providerId, expansion, reader),
    lineItems: async (_, providerId, reader) => {
      asked.push(`line items of ${providerId}`);
      return result([], reader);
    },
    page: async (_provider, _list, _request, _expansion, reader) => {
      asked.push('page');
      return result([session('own', 'fcus_ada')], reader);
    },
    all: async (_provider, _list, reader) => result([...SESSIONS.values()], reader),
  };
  const report = new ReportBuilder();
  const reader = { report } as Reader;
  return { asked, reads, report, reader, visible: visibleReads(reads, ADA) };
}

const told = ({ hits, misses, isStale }: ReportBuilder) => ({ hits, misses, isStale });

it('what all may see is the very same', () => {
  const { reads } = world();
  expect(visibleReads(reads, ANYONE)).toBe(reads);
});

describe('a session', () => {
  it('that may be seen is read as it is, with its customer', async () => {
    const { visible, reader, report, asked } = world();
    expect((await visible.session(FLEX, 'own', NO_EXPANSION, reader)).value?.providerId).toBe('own');
    expect([asked, told(report), report.freshUntil]).toEqual([
      ['own with customer'],
      { hits: 1, misses: 0, isStale: false },
      NOW + 600_000,
    ]);
  });

  it.each(['other', 'guest', 'missing'])('that may not be seen is like one that is not there: %s', async (id) => {
    const { visible, reader, report } = world();
    expect(await visible.session(FLEX, id, NO_EXPANSION, reader)).toEqual({
      value: null,
      failure: null,
      isKept: false,
      isCurrent: true,
    });
    expect(told(report)).toEqual({ hits: 0, misses: 1, isStale: false });
    expect(report.freshUntil).toBe(0);
    expect(await visible.peekSession(FLEX, id, NO_EXPANSION, reader)).toBeNull();
    expect(report.hits).toBe(0);
  });

  it.each(['other', 'guest', 'missing'])(
    'stands in for nothing when it may not be seen or is not there: %s',
    async (id) => {
      const { visible, reader, report } = world(FAILURE);
      await expect(visible.session(FLEX, id, NO_EXPANSION, reader)).rejects.toBe(FAILURE);
      await expect(visible.standInSession(FLEX, id, NO_EXPANSION, FAILURE, reader)).rejects.toBe(FAILURE);
      expect([told(report), report.freshUntil]).toEqual([{ hits: 0, misses: 2, isStale: false }, 0]);
    },
  );

  it('that may be seen stands in', async () => {
    const { visible, reader, report } = world(FAILURE);
    expect(await visible.session(FLEX, 'own', NO_EXPANSION, reader)).toMatchObject({
      value: { providerId: 'own' },
      failure: FAILURE,
    });
    expect(report.isStale).toBe(true);
  });
});

describe('what belongs to a session', () => {
  it('is not asked for when it may not be seen', async () => {
    const { visible, reader, asked } = world();
    for (const id of ['other', 'guest', 'missing'])
      expect((await visible.lineItems(FLEX, id, reader)).value).toBeNull();
    expect(asked.filter((each) => each.startsWith('line items'))).toEqual([]);
    expect((await visible.lineItems(FLEX, 'own', reader)).value).toEqual([]);
  });

  it('is asked for at once when the session was shown before', async () => {
    const { visible, reader, asked } = world();
    await visible.session(FLEX, 'own', NO_EXPANSION, reader);
    await visible.lineItems(FLEX, 'own', reader);
    expect(asked).toEqual(['own with customer', 'line items of own']);
  });
});

describe('a page', () => {
  const page = ({ visible, reader }: ReturnType<typeof world>, anchor: object) =>
    visible.page(FLEX, {} as never, { limit: 5, ...anchor }, NO_EXPANSION, reader);

  it.each(['startingAfter', 'endingBefore'])('%s a session that may not be seen is not asked for', async (place) => {
    for (const id of ['other', 'guest', 'missing']) {
      const made = world();
      expect((await page(made, { [place]: id })).value).toBeNull();
      expect([made.asked, made.report.freshUntil]).toEqual([[`${id} with customer`], 0]);
    }
    const made = world();
    expect((await page(made, { [place]: 'own' })).value).toHaveLength(1);
    await page(made, { [place]: 'own' });
    expect(made.asked).toEqual(['own with customer', 'page', 'page']);
  });
});

it('a whole list is what of it may be seen', async () => {
  const { visible, reader } = world();
  const { value } = await visible.all(FLEX, {} as never, reader);
  expect(value.map(({ providerId }) => providerId)).toEqual(['own']);
});
