import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { elementTexts, type JsonPath, sliceJson } from '../../src/checkout/json-slice.ts';

/** Every path into a value, with what is there. */
function* places(value: unknown, path: JsonPath = []): Generator<[JsonPath, unknown]> {
  yield [path, value];
  if (typeof value !== 'object' || value === null) return;
  for (const [key, entry] of Object.entries(value)) {
    yield* places(entry, [...path, Array.isArray(value) ? Number(key) : key]);
  }
}

describe('sliceJson', () => {
  it('finds at every path of any JSON the text of what is there, however it is spaced', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(undefined, 1, '\t', ' \n '), (value, space) => {
        const text = ` ${JSON.stringify(value, null, space)}\n`;
        for (const [path, expected] of places(JSON.parse(text))) {
          expect(JSON.parse(sliceJson(text, path) ?? 'nothing')).toEqual(expected);
        }
      }),
    );
  });

  it.each<[string, JsonPath, string | undefined]>([
    ['{"a":1.50}', ['a'], '1.50'],
    ['{"a":1,"a":2}', ['a'], '2'],
    ['{"\\u0061":"x"}', ['a'], '"x"'],
    ['{"q\\"}":{"b":[1,{"c":"]}\\\\"}]}}', ['q"}', 'b', 1, 'c'], '"]}\\\\"'],
    ['[[],[1 , 2]]', [1, 1], '2'],
    ['{"a":[]}', ['a', 0], undefined],
    ['{"a":{}}', ['a', 'b'], undefined],
    ['{"a":"text"}', ['a', 'b'], undefined],
    ['[1]', ['0'], undefined],
    ['{"0":1}', [0], undefined],
  ])('in %s finds at %j %s', (text, path, expected) => {
    expect(sliceJson(text, path)).toBe(expected);
  });
});

describe('elementTexts', () => {
  it('finds the text of each element of any list, however it is spaced', () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue()), fc.constantFrom(undefined, 1, '\t', ' \n '), (list, space) => {
        const value = { other: [0], list };
        const texts = elementTexts(JSON.stringify(value, null, space), ['list']);
        expect(list.map((_, index) => JSON.parse(texts(index)))).toEqual(JSON.parse(JSON.stringify(list)));
        expect(texts(list.length)).toBe('');
      }),
    );
  });

  it.each(['{}', '{"list":{"0":1}}', '{"list":"[1]"}', '{"list":[]}', '{"list":[ ]}', '[1]', ''])(
    'finds none in %s',
    (text) => {
      expect(elementTexts(text, ['list'])(0)).toBe('');
    },
  );
});
