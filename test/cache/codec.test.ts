import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Entry } from '../../src/cache/cache.ts';
import { createCodec, MOST_ENCODED_BYTES } from '../../src/cache/codec.ts';
import { entryOf } from './rig.ts';

const SPOT = { key: 'checkout-gateway:1:abc', field: 'v:plain' };
const EPOCH = 'tvP6Tij2DdAdXL7y.f9NwbGQOlTZBN_82';
const KEY = randomBytes(32);

const entries = fc
  .record({
    // JSON has no negative zero.
    value: fc.jsonValue().map((value): unknown => JSON.parse(JSON.stringify(value))),
    times: fc.array(fc.integer({ min: 0, max: 4e12 }), { minLength: 4, maxLength: 4 }),
  })
  .map(({ value, times }): Entry => {
    const [fetchedAt = 0, freshUntil = 0, revalidateUntil = 0, errorUntil = 0] = times.sort((a, b) => a - b);
    return { value, fetchedAt, freshUntil, revalidateUntil, errorUntil };
  });

for (const [name, encryptionKey] of [
  ['encrypted', KEY],
  ['plain', null],
] as const) {
  const codec = createCodec({ encryptionKey });
  const encoded = (entry: Entry = entryOf({ id: 'one', email: 'someone@example.com' }, 1)): Buffer => {
    const bytes = codec.encode(SPOT, EPOCH, entry);
    if (!bytes) throw new Error('It could not be encoded.');
    return bytes;
  };

  describe(`entries as ${name} bytes`, () => {
    it('come back as they were', () => {
      fc.assert(
        fc.property(entries, (entry) => {
          expect(codec.decode(SPOT, encoded(entry))).toEqual({ epoch: EPOCH, entry });
        }),
      );
    });

    it('are nothing when any byte is another, or some are missing or too many', () => {
      const bytes = encoded();
      for (let index = 0; index < bytes.length; index++) {
        const flipped = Buffer.from(bytes);
        flipped[index] = (flipped[index] ?? 0) ^ (1 << (index % 8));
        expect(codec.decode(SPOT, flipped)).toBeNull();
        expect(codec.decode(SPOT, bytes.subarray(0, index))).toBeNull();
      }
      expect(codec.decode(SPOT, Buffer.concat([bytes, Buffer.from(' ')]))).toBeNull();
    });

    it('are nothing at another key or field', () => {
      expect(codec.decode({ ...SPOT, key: `${SPOT.key}d` }, encoded())).toBeNull();
      expect(codec.decode({ ...SPOT, field: 'v:customer' }, encoded())).toBeNull();
      expect(codec.decode({ key: SPOT.key.slice(0, -1), field: `c${SPOT.field}` }, encoded())).toBeNull();
    });

    it('are nothing for who has another key, or none', () => {
      const reasons: string[] = [];
      const onUnreadable = (reason: string) => void reasons.push(reason);
      expect(createCodec({ encryptionKey: randomBytes(32), onUnreadable }).decode(SPOT, encoded())).toBeNull();
      const other = encryptionKey ? null : KEY;
      expect(createCodec({ encryptionKey: other, onUnreadable }).decode(SPOT, encoded())).toBeNull();
      expect(reasons).toEqual([encryptionKey ? 'damaged' : 'foreign', 'foreign']);
    });

    it('are nothing when they are anything else', () => {
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 200 }), fc.boolean(), (bytes, hasMagic) => {
          const made = Buffer.concat([hasMagic ? encoded().subarray(0, 4) : Buffer.alloc(0), bytes]);
          expect(codec.decode(SPOT, made)).toBeNull();
        }),
      );
    });

    it('are refused when their times make no sense', () => {
      const reasons: string[] = [];
      const reader = createCodec({ encryptionKey, onUnreadable: (reason) => void reasons.push(reason) });
      const good = entryOf('value', 1000);
      const bad: Partial<Entry>[] = [
        { fetchedAt: Number.NaN },
        { errorUntil: Number.POSITIVE_INFINITY },
        { freshUntil: 999 },
        { revalidateUntil: good.freshUntil - 1 },
        { errorUntil: good.revalidateUntil - 1 },
        { fetchedAt: '1000' as unknown as number },
      ];
      for (const part of bad) expect(reader.decode(SPOT, encoded({ ...good, ...part }))).toBeNull();
      expect(reasons).toEqual(bad.map(() => 'no-entry'));
    });

    it('are not made of what JSON cannot hold, nor of too much', () => {
      const endless: unknown[] = [];
      endless.push(endless);
      let deep: unknown = null;
      for (let level = 0; level < 100_000; level++) deep = [deep];
      const values = [undefined, 1n, endless, deep, 'x'.repeat(MOST_ENCODED_BYTES)];
      for (const value of values) expect(codec.encode(SPOT, EPOCH, entryOf(value, 1))).toBeNull();
      expect(codec.encode(SPOT, EPOCH, entryOf('x'.repeat(MOST_ENCODED_BYTES - 200), 1))).not.toBeNull();
    });
  });
}

it('encrypts the same entry to other bytes each time', () => {
  const codec = createCodec({ encryptionKey: KEY });
  const seen = new Set(
    Array.from({ length: 100 }, () => codec.encode(SPOT, EPOCH, entryOf('value', 1))?.toString('hex')),
  );
  expect(seen.size).toBe(100);
});
