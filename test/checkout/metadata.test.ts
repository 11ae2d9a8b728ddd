import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exactJson, metadataEntries } from '../../src/checkout/metadata.ts';

const entriesOf = (text: string) =>
  metadataEntries((JSON.parse(text) as { metadata: unknown }).metadata, () => exactJson(text, ['metadata']));

describe('metadataEntries', () => {
  it('keeps any keys and values, in the order sent', () => {
    const key = fc.oneof(
      fc.string(),
      fc.integer({ min: 0, max: 999 }).map(String),
      fc.constantFrom('__proto__', 'constructor', '1', '01'),
    );
    const entries = fc.uniqueArray(fc.tuple(key, fc.string({ unit: 'grapheme' })), {
      selector: ([name]) => name,
      maxLength: 12,
    });
    fc.assert(
      fc.property(entries, (list) => {
        const body = list.map(([name, value]) => `${JSON.stringify(name)}: ${JSON.stringify(value)}`).join(',');
        expect(entriesOf(`{"metadata":{${body}},"other":{"2":1,"1":2}}`)).toEqual(
          list.map(([name, value]) => ({ key: name, value })),
        );
      }),
    );
  });

  it('writes what is no text as its JSON text, digit for digit', () => {
    const text =
      '{"metadata":{"z":12345678901234567890,"2":1.10,"1":1e2,"b":true,"n":null,"o":{"9":[1.0,"x"],"8":{}},"s":"\\u0031"}}';
    expect(entriesOf(text)).toEqual([
      { key: 'z', value: '12345678901234567890' },
      { key: '2', value: '1.10' },
      { key: '1', value: '1e2' },
      { key: 'b', value: 'true' },
      { key: 'n', value: 'null' },
      { key: 'o', value: '{"9":[1.0,"x"],"8":{}}' },
      { key: 's', value: '1' },
    ]);
  });

  it('reads what is full of escapes, and of what could be a mark', () => {
    const text = `{"metadata":{"1":2,"s":${JSON.stringify('\\'.repeat(4_000_000))},"~k" : "~"}}`;
    expect(entriesOf(text).map(({ key, value }) => [key, value.length])).toEqual([
      ['1', 1],
      ['s', 4_000_000],
      ['~k', 1],
    ]);
  });

  it('does not read the text again when nothing can have been lost', () => {
    const never = () => {
      throw new Error('read again');
    };
    expect(metadataEntries({ b: '1', a: '2', c: true, d: null }, never)).toEqual([
      { key: 'b', value: '1' },
      { key: 'a', value: '2' },
      { key: 'c', value: 'true' },
      { key: 'd', value: 'null' },
    ]);
  });

  it.each([null, undefined, 'text', 5, ['a']])('finds none in %j', (value) => {
    expect(metadataEntries(value, () => undefined)).toEqual([]);
  });
});
