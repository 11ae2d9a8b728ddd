import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TestGateway } from '../helpers/gateway.ts';
import { isUp, list, type Replicas, read, redisLines, remove, startReplicas } from './replicas.ts';

let replicas: Replicas;

beforeEach(async () => {
  replicas = await startReplicas();
});
afterEach(() => replicas.stop());

const newSession = (): string => {
  const { control } = replicas.sandbox;
  return String(control.create({ provider: 'flexprice' }).id);
};
const completed = (): string => {
  const { control } = replicas.sandbox;
  const id = String(control.create({ provider: 'meteroid' }).id);
  control.pay({ provider: 'meteroid', id });
  return id;
};

describe('two replicas over one Redis', () => {
  it('ask once for a session that is read twenty times, and the other replica reads it from Redis', async () => {
    const { a, b, callsOf } = replicas;
    const id = completed();
    const first = await read(a, 'METEROID', id);
    expect(first).toMatchObject({ status: 'COMPLETED' });
    for (let time = 2; time <= 20; time++) expect(await read(a, 'METEROID', id)).toEqual(first);
    expect(callsOf('meteroid')).toBe(1);
    for (let time = 1; time <= 20; time++) expect(await read(b, 'METEROID', id)).toEqual(first);
    expect(callsOf('meteroid')).toBe(1);
  });

  it('show what either has deleted in the very next read and the very next list, a hundred times', async () => {
    const { a, b } = replicas;
    const filter = { providers: ['FLEXPRICE'] };
    const timesAway = () => [...redisLines(a), ...redisLines(b)].length;
    const idsIn = async (gateway: TestGateway) => (await list(gateway, filter)).map(({ providerId }) => providerId);
    let checked = 0;
    for (let time = 1; checked < 100; time++) {
      const [one, other] = time % 2 === 0 ? [a, b] : [b, a];
      const providerId = newSession();
      await Promise.all([isUp(a), isUp(b)]);
      const awayBefore = timesAway();
      const before = await Promise.all([read(one, 'FLEXPRICE', providerId), read(other, 'FLEXPRICE', providerId)]);
      expect(await idsIn(other)).toContain(providerId);
      await remove(one, before[0]?.id ?? '');
      const after = await read(other, 'FLEXPRICE', providerId);
      const listed = [...(await idsIn(other)), ...(await idsIn(one))];
      // On a busy machine Redis may be late, and then what is promised is less.
      if (timesAway() > awayBefore) continue;
      expect(after).toMatchObject({ isArchived: true });
      expect(listed).not.toContain(providerId);
      checked++;
    }
  }, 60_000);

  it('ask once or twice for what two hundred want at the same time and nobody has', async () => {
    const { a, b, callsOf } = replicas;
    const { control } = replicas.sandbox;
    const everybody = <T>(work: (gateway: TestGateway) => Promise<T>): Promise<T[]> =>
      Promise.all(Array.from({ length: 200 }, (_, reader) => work(reader % 2 === 0 ? a : b)));
    for (const provider of ['meteroid', 'flex'] as const) control.fault({ provider, kind: 'delay', delayMs: 200 });

    const id = completed();
    const sessions = await everybody((gateway) => read(gateway, 'METEROID', id));
    expect(new Set(sessions.map((session) => session?.status))).toEqual(new Set(['COMPLETED']));
    const calls = callsOf('meteroid');
    expect(calls).toBeLessThanOrEqual(2);

    const pages = await everybody((gateway) => list(gateway, { providers: ['FLEX'] }));
    expect(new Set(pages.map(({ length }) => length))).toEqual(new Set([40]));
    expect(callsOf('flex')).toBeLessThanOrEqual(2);

    const lists = await everybody((gateway) => list(gateway, { providers: ['METEROID'] }));
    expect(new Set(lists.map(({ length }) => length))).toEqual(new Set([41]));
    expect(callsOf('meteroid') - calls).toBeLessThanOrEqual(2);
  });

  it('share the turn to ask: of twenty cold sessions hardly any is asked for by both', async () => {
    const { a, b, callsOf } = replicas;
    const ids = Array.from({ length: 20 }, completed);
    for (const id of ids) {
      await Promise.all(Array.from({ length: 10 }, (_, reader) => read(reader % 2 === 0 ? a : b, 'METEROID', id)));
    }
    // Where Redis was late once, each replica asks for itself.
    expect(callsOf('meteroid')).toBeLessThan(30);
  });
});
