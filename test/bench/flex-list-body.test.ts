import { describe, expect, test } from 'vitest';
import { flexListBody } from '../../bench/flex-list-body.ts';
import { flexListEnvelope, flexSession } from '../../src/providers/flex/wire.ts';
import { parseWire } from '../../src/providers/parse-wire.ts';

const sessionsIn = (text: string): unknown[] => flexListEnvelope.parse(JSON.parse(text)).checkout_sessions;

function oddPaths(text: string): string[] {
  const paths: string[] = [];
  for (const raw of sessionsIn(text)) expect(parseWire(flexSession, raw, (path) => paths.push(path))).not.toBeNull();
  return paths;
}

describe('the list that is measured', () => {
  test('has every property that is read, in every session', () => {
    const read = Object.keys(flexSession.shape).toSorted();
    for (const session of sessionsIn(flexListBody(50))) {
      expect(Object.keys(session as object).toSorted()).toEqual(read);
    }
  });

  test('holds nothing odd unless it is asked for', () => {
    expect(oddPaths(flexListBody(50))).toEqual([]);
    expect(oddPaths(flexListBody(50, { wrongValue: true }))).toEqual(['amount_total']);
  });

  test('is the same text every time', () => {
    expect(flexListBody(50)).toBe(flexListBody(50));
    expect(flexListBody(50)).not.toBe(flexListBody(49));
  });
});
