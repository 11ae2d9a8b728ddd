import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { parseWire } from '../../src/providers/parse-wire.ts';
import { instant, minorUnits, text, webUrl } from '../../src/providers/wire-types.ts';

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
