import { describe, expect, it } from 'vitest';
import { ANYONE, type Caller } from '../../src/checkout/caller.ts';
import { readFilter } from '../../src/listing/read-filter.ts';

const NOW = Date.parse('2026-11-20T12:00:00Z');
const read = (input: Parameters<typeof readFilter>[0]) => readFilter(input, NOW, ANYONE);

describe('readFilter', () => {
  it('asks nothing when nothing is given', () => {
    for (const input of [undefined, null, {}, { includeArchived: false, statuses: null, customerEmail: undefined }]) {
      expect(read(input)).toMatchObject({
        providers: null,
        fingerprint: '',
        filter: { statuses: null, createdAt: { from: null, to: null } },
      });
    }
  });

  it('puts all that is said of the time into one span', () => {
    const at = (text: string) => Date.parse(text);
    expect(
      read({ createdAt: { gt: '2026-11-01T00:00:00.000Z', lte: '2026-11-10T00:00:00.000Z' } }).filter.createdAt,
    ).toEqual({
      from: at('2026-11-01T00:00:00.001Z'),
      to: at('2026-11-10T00:00:00.000Z'),
    });
    expect(
      read({ createdAt: { gte: '2026-11-01T00:00:00.000Z', lt: '2026-11-10T00:00:00.000Z' }, createdWithinDays: 3 })
        .filter.createdAt,
    ).toEqual({
      from: at('2026-11-17T12:00:00Z'),
      to: at('2026-11-09T23:59:59.999Z'),
    });
  });

  it('has one fingerprint for one filter, and another for another', () => {
    const one = read({
      statuses: ['OPEN', 'COMPLETED'],
      customers: [{ provider: 'FLEX', id: 'a' }],
      includeArchived: true,
    });
    const same = read({
      includeArchived: true,
      customers: [{ id: 'a', provider: 'FLEX' }],
      statuses: ['COMPLETED', 'OPEN', 'OPEN'],
    });
    expect(same.fingerprint).toBe(one.fingerprint);
    expect(read({ statuses: ['OPEN'] }).fingerprint).not.toBe(one.fingerprint);
    expect(read({ includeArchived: true }).fingerprint).not.toBe('');
  });

  it('names none but the customers that its caller is bound to, and is not the filter of anybody else', () => {
    const [a, b, c] = (['a', 'b', 'c'] as const).map((id) => ({ provider: 'FLEX' as const, id }));
    const boundTo = (customers: Caller['customers'], input = {}) => readFilter(input, NOW, { customers });
    if (!a || !b || !c) throw new Error('There are three.');
    expect(boundTo([b, a, b]).filter.customers).toEqual([a, b]);
    expect(boundTo([a, b], { customers: [c, b] }).filter.customers).toEqual([b]);
    expect(boundTo([a], { customers: [b, { ...a, provider: 'METEROID' }] }).filter.customers).toEqual([]);
    expect(boundTo([]).filter.customers).toEqual([]);
    expect(boundTo(null, { customers: [c] }).filter.customers).toEqual([c]);
    expect(boundTo([b, a]).fingerprint).toBe(boundTo([a, b, a]).fingerprint);
    const others = [boundTo([a]), boundTo([a, b]), boundTo([]), boundTo(null), boundTo(null, { customers: [a] })];
    expect(new Set(others.map(({ fingerprint }) => fingerprint)).size).toBe(others.length);
  });

  it.each([
    { statuses: [] },
    { providers: [] },
    { customers: [] },
    { customerEmail: '' },
    { clientReferenceId: 'a\nb' },
    { subscriptionId: 'x'.repeat(501) },
    { createdWithinDays: 0 },
    { createdWithinDays: -1 },
    { createdWithinDays: 1e9 },
    { customers: [{ provider: 'FLEX' as const, id: '' }] },
  ])('refuses %j', (input) => {
    expect(() => read(input)).toThrow(expect.objectContaining({ code: 'BAD_USER_INPUT' }));
  });
});
