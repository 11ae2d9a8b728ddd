import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  checkProviderId,
  globalId,
  MAX_GLOBAL_ID,
  MAX_PROVIDER_ID_BYTES,
  parseGlobalId,
} from '../../src/checkout/global-id.ts';
import { PROVIDER_FACTS } from '../../src/checkout/provider-name.ts';
import type { ProviderName } from '../../src/checkout/session.ts';

const provider = fc.constantFrom<ProviderName>('FLEXPRICE', 'METEROID', 'FLEX');
const providerId = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 60 })
  .filter((id) => !/\p{Cc}/u.test(id) && id !== '.' && id !== '..' && Buffer.byteLength(id) <= MAX_PROVIDER_ID_BYTES);

const badInput = expect.objectContaining({ code: 'BAD_USER_INPUT' });

describe('global ids', () => {
  it('name the same session again, URL-safe and within 128 characters', () => {
    fc.assert(
      fc.property(provider, providerId, (name, id) => {
        const global = globalId(name, id);
        expect(global).toMatch(/^[\w-]+$/);
        expect(global.length).toBeLessThanOrEqual(MAX_GLOBAL_ID);
        expect(parseGlobalId(global)).toEqual({ provider: name, providerId: id });
      }),
    );
  });

  it('differ for different sessions', () => {
    fc.assert(
      fc.property(provider, providerId, provider, providerId, (a, idA, b, idB) => {
        expect(globalId(a, idA) === globalId(b, idB)).toBe(a === b && idA === idB);
      }),
    );
  });

  it('are what they were in earlier releases', () => {
    expect(globalId('FLEXPRICE', 'cs_1')).toBe('MXA6Y3NfMQ');
    expect(globalId('METEROID', 'che_7n42DGM5Tflk9n8mt7Fhc7')).toBe('MW06Y2hlXzduNDJER001VGZsazluOG10N0ZoYzc');
    expect(globalId('FLEX', 'fcs_01KBJCMBT5MHSMAGGFQC1A4RNS')).toBe('MWY6ZmNzXzAxS0JKQ01CVDVNSFNNQUdHRlFDMUE0Uk5T');
  });

  it("have a letter for each provider that is no other one's", () => {
    const letters = Object.values(PROVIDER_FACTS).map(({ idLetter }) => idLetter);
    for (const letter of letters) expect(letter).toMatch(/^[a-z]$/i);
    expect(new Set(letters).size).toBe(letters.length);
  });

  it('are refused with BAD_USER_INPUT unless the gateway can have made them', () => {
    const encode = (text: string) => Buffer.from(text).toString('base64url');
    const malformed = [
      '',
      ' ',
      'x',
      'fcs_01KBJCMBT5MHSMAGGFQC1A4RNS',
      encode('2f:x'),
      encode('1x:x'),
      encode('1f:'),
      encode('1f-x'),
      encode('1f:a\nb'),
      encode('1f:..'),
      `${globalId('FLEX', 'a')}=`,
      `${globalId('FLEX', 'ab')} `,
      encode(`1f:${'x'.repeat(200)}`),
      Buffer.from([0x31, 0x66, 0x3a, 0xff]).toString('base64url'),
      'MWY6YR',
      '💥',
    ];
    for (const id of malformed) expect(() => parseGlobalId(id), id).toThrow(badInput);
  });

  it('never throw anything else, whatever comes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        try {
          const key = parseGlobalId(text);
          expect(globalId(key.provider, key.providerId)).toBe(text);
        } catch (error) {
          expect(error).toMatchObject({ code: 'BAD_USER_INPUT' });
        }
      }),
    );
  });
});

describe('provider ids of callers', () => {
  it.each(['', '.', '..', 'a\u0000b', 'a\r\nHost: evil', '\ud800', 'x'.repeat(MAX_PROVIDER_ID_BYTES + 1)])(
    'refuses %j',
    (id) => {
      expect(() => checkProviderId(id)).toThrow(badInput);
    },
  );

  it.each(['cs_1', '../../admin', 'a/b?c=d#e', 'ünïcode', ' '])('lets %j through', (id) => {
    expect(checkProviderId(id)).toBe(id);
  });
});
