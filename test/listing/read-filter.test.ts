import { describe, expect, it } from 'vitest';
import { readFilter } from '../../src/listing/read-filter.ts';

const NOW = Date.parse('2026-11-20T12:00:00Z');
const read = (input: Parameters<typeof readFilter>[0]) => readFilter(input, NOW);

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
