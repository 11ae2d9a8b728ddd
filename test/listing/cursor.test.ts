import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isProviderId } from '../../src/checkout/global-id.ts';
import { decodeCursor, encodeCursor, type ListState, MAX_CURSOR } from '../../src/listing/cursor.ts';
import { hashId, type Position } from '../../src/listing/position.ts';

const id = fc.string({ minLength: 1, maxLength: 40 }).filter(isProviderId);
const ulid = fc.stringMatching(/^fcs_01K[0-9A-HJKMNP-TV-Z]{23}$/);
const time = fc.option(fc.integer({ min: -6e13, max: 2.5e14 }));
const ties = fc.uniqueArray(fc.nat({ max: 0xffffffff }), { maxLength: 4 });

const anchor = (ids: fc.Arbitrary<string>) =>
  fc
    .tuple(ids, time, ties)
    .map(([name, moment, others]) => ({ id: name, time: moment, ties: [hashId(name), ...others] }));
const position = (ids: fc.Arbitrary<string>): fc.Arbitrary<Position> =>
  fc.oneof(
    fc.record({ last: fc.option(anchor(ids)), next: fc.oneof(ids, fc.constantFrom(null, undefined)) }),
    anchor(ids).map((next) => ({ last: undefined, next: next.id, nextAnchor: next })),
    fc.constant({ last: undefined, next: null }),
  );
const stateOf = (ids: fc.Arbitrary<string>, lists: number): fc.Arbitrary<ListState> =>
  fc.record({
    filter: fc.constantFrom('', 'abc123'),
    edge: fc.constantFrom(null, 'FLEX'),
    positions: fc
      .dictionary(fc.constantFrom(...Array.from({ length: lists }, (_, index) => `FLEX${index}`)), position(ids))
      .map((all) => new Map(Object.entries(all))),
  });

const refused = expect.objectContaining({ code: 'BAD_USER_INPUT' });

describe('cursors', () => {
  it('give back what was put in', () => {
    fc.assert(
      fc.property(stateOf(id, 3), (state) => {
        const cursor = encodeCursor(state);
        expect(cursor).toMatch(/^[\w-]+$/);
        const back = decodeCursor(cursor, state.filter);
        if (JSON.stringify([...state.positions]).length < 300) expect(back).toEqual(state);
      }),
    );
  });

  it('never pass 512 characters, and then still know how far each of a dozen lists was read', () => {
    fc.assert(
      fc.property(
        stateOf(fc.oneof(ulid, fc.string({ minLength: 60, maxLength: 90 }).filter(isProviderId)), 12),
        (state) => {
          const cursor = encodeCursor(state);
          expect(cursor.length).toBeLessThanOrEqual(MAX_CURSOR);
          const back = decodeCursor(cursor, state.filter);
          for (const [key, { last }] of state.positions) {
            if (last)
              expect(back.positions.get(key)?.last).toMatchObject({
                time: last.time,
                ties: expect.arrayContaining([last.ties[0]]),
              });
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  it('keep the ids of ten Flex lists', () => {
    fc.assert(
      fc.property(fc.array(ulid, { minLength: 10, maxLength: 10 }), (ids) => {
        const positions = new Map(
          ids.map((name, index) => [
            `FLEX${index}`,
            { last: { id: name, time: 1_795_000_000_000 + index, ties: [hashId(name)] }, next: undefined },
          ]),
        );
        const back = decodeCursor(encodeCursor({ filter: 'abc', edge: 'FLEX3', positions }), 'abc');
        expect([...back.positions.values()].map(({ last }) => last?.id)).toEqual(ids);
      }),
    );
  });

  it('are refused when anything about them was changed', () => {
    fc.assert(
      fc.property(stateOf(id, 3), fc.nat(), fc.nat(), (state, at, by) => {
        const cursor = encodeCursor(state);
        const index = at % cursor.length;
        const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
        const letter = letters[by % letters.length] ?? 'A';
        fc.pre(letter !== cursor[index]);
        expect(() => decodeCursor(cursor.slice(0, index) + letter + cursor.slice(index + 1), state.filter)).toThrow(
          refused,
        );
      }),
      { numRuns: 1000 },
    );
  });

  it('are refused with another filter', () => {
    const cursor = encodeCursor({ filter: 'a', edge: null, positions: new Map() });
    expect(() => decodeCursor(cursor, 'b')).toThrow(refused);
  });

  it.each([
    ['FLEX', ['x', 9e15]],
    ['FLEX', ['x', -9e15]],
    ['FLEX', ['..', 1]],
    ['FLEX', ['a\nb', 1]],
    ['FLEX', ['x', 1.5]],
    ['FLEX', ['x', 1], '..'],
    ['FLEX', ['x', 1, -1]],
    ['FLEX', 1],
    ['', null],
  ])('are refused when somebody else wrote into them %j', (...entry) => {
    const body = Buffer.from(JSON.stringify([1, '', null, [entry]])).toString('base64url');
    expect(() => decodeCursor(`1${hashId(body).toString(36).padStart(7, '0')}${body}`, '')).toThrow(refused);
  });

  it('are refused when they are nothing of the kind', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ unit: 'binary', maxLength: 700 }), fc.base64String({ maxLength: 700 })),
        (text) => {
          expect(() => decodeCursor(text, '')).toThrow(refused);
        },
      ),
    );
  });
});
