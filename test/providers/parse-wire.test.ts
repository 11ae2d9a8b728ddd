import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { parseWire, parseWireList } from '../../src/providers/parse-wire.ts';
import { instant, json, list, minorUnits, text, webUrl } from '../../src/providers/wire-types.ts';

const schema = z.object({
  id: z.string().min(1),
  name: text,
  at: instant,
  url: webUrl,
  parts: z.array(z.object({ amount: minorUnits, note: text })).nullish(),
});

function parse(raw: unknown) {
  const odd: string[] = [];
  return { wire: parseWire(schema, raw, (path) => odd.push(path)), odd: odd.sort() };
}

describe('parseWire', () => {
  it('takes what is there and ignores what it does not know', () => {
    expect(parse({ id: 'a', extra: { deep: 1 } })).toEqual({ wire: { id: 'a' }, odd: [] });
    expect(parse({ id: 'a', name: null, at: null, url: '', parts: null })).toEqual({
      wire: { id: 'a', name: null, at: null, url: null, parts: null },
      odd: [],
    });
  });

  it('leaves out exactly the values that cannot be what they say, and reports each', () => {
    const raw = {
      id: 'a',
      name: 7,
      at: 'soon',
      url: 'javascript:alert(1)',
      parts: [{ amount: 1.5, note: 'kept' }, 'no object', { amount: 3, note: {} }, { amount: 4 }],
    };
    const before = structuredClone(raw);
    expect(parse(raw)).toEqual({
      wire: { id: 'a', parts: [{ note: 'kept' }, { amount: 3 }, { amount: 4 }] },
      odd: ['at', 'name', 'parts[]', 'parts[].amount', 'parts[].note', 'url'],
    });
    expect(raw).toEqual(before);
  });

  it('keeps of a value with several forms what fits one of them', () => {
    const forms = z.object({
      id: z.string(),
      who: z.union([z.string(), z.object({ name: text, phone: text, at: instant })]).nullish(),
    });
    const odd: string[] = [];
    const wire = parseWire(forms, { id: 'a', who: { name: 'Ada', phone: 5, at: 'soon' } }, (path) => odd.push(path));
    expect(wire).toEqual({ id: 'a', who: { name: 'Ada' } });
    expect(odd.sort()).toEqual(['who.at', 'who.phone']);
    expect(parseWire(forms, { id: 'a', who: 7 }, () => {})).toEqual({ id: 'a' });
  });

  it.each([{}, { id: 5 }, { id: '' }, { id: null }, [], 'text', 5, null, undefined])(
    'has nothing to give without an id: %j',
    (raw) => {
      expect(parse(raw).wire).toBeNull();
    },
  );
});

/** An object whose parts are numbers, and how many of them were looked at. */
function counting() {
  const counter = { looks: 0 };
  const part = z.unknown().transform((value, context) => {
    counter.looks++;
    if (typeof value !== 'number') context.addIssue('expected a number');
    return value;
  });
  return { counter, schema: z.object({ id: z.string(), parts: list(part).nullish() }) };
}

describe('what many wrong values cost', () => {
  it('nothing of a list that is too long is looked at, and the rest is kept', () => {
    const { counter, schema } = counting();
    const odd: string[] = [];
    const parse = (parts: unknown[]) => parseWire(schema, { id: 'a', parts }, (path) => odd.push(path));
    expect(parse(Array(1_000_000).fill('x'))).toEqual({ id: 'a' });
    expect(counter.looks).toBe(0);
    expect(odd).toEqual(['parts']);
    expect(parse(Array(1000).fill(1))?.parts).toHaveLength(1000);
  });

  it('an object with more than 100 is unusable, and is not looked at again', () => {
    const { counter, schema } = counting();
    const parse = (wrong: number) => parseWire(schema, { id: 'a', parts: [...Array(wrong).fill('x'), 7] }, () => {});
    expect(parse(100)).toEqual({ id: 'a', parts: [7] });
    counter.looks = 0;
    expect(parse(999)).toBeNull();
    expect(counter.looks).toBe(1000);
  });

  it('what is left out with the object that needs it counts once', () => {
    const part = z.object({ amount: z.number() });
    const schema = z.object({ id: z.string(), parts: list(part).nullish() });
    const parse = (wrong: number) =>
      parseWire(schema, { id: 'a', parts: Array(wrong).fill({ amount: 'x' }) }, () => {});
    expect(parse(100)).toEqual({ id: 'a', parts: [] });
    expect(parse(101)).toBeNull();
  });

  it('a list is given up when its objects have more than 50,000 between them', () => {
    const { counter, schema } = counting();
    const raws = (count: number) => Array(count).fill({ id: 'a', parts: Array(100).fill('x') });
    expect(parseWireList(schema, raws(500), () => {})).toHaveLength(500);
    counter.looks = 0;
    expect(parseWireList(schema, raws(5000), () => {})).toBeNull();
    expect(counter.looks).toBe(501 * 100);
    expect(parseWireList(schema, [{ id: 'a' }, {}], () => {})).toBeNull();
  });

  it('free JSON ends at 100 levels and at 1,000 values', () => {
    const schema = z.object({ id: z.string(), free: json });
    const kept = (free: unknown) => parseWire(schema, { id: 'a', free }, () => {})?.free !== undefined;
    const nested = (levels: number) => JSON.parse('['.repeat(levels) + ']'.repeat(levels));
    expect([nested(100), nested(101)].map(kept)).toEqual([true, false]);
    expect([Array(1000).fill(1), Array(1001).fill(1)].map(kept)).toEqual([true, false]);
    expect(kept(Array(40).fill(Array(40).fill(1)))).toBe(false);
  });

  it('what is kept is not copied', () => {
    const free = { large: [1] };
    const schema = z.object({ id: z.string(), name: text, free: json });
    expect(parseWire(schema, { id: 'a', name: 7, free }, () => {})?.free).toBe(free);
  });
});
