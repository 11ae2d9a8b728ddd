import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { globalId } from '../../src/checkout/global-id.ts';
import { openWorld, subscribe } from './rig.ts';
import { type Rig, watcherRig } from './watcher-rig.ts';

const MINUTE = 60_000;

describe('one who looks at sessions', () => {
  it('does so every three seconds, 15 % more or less, as long as somebody wants it, and not before or after', async () => {
    const rig = watcherRig();
    await rig.pass(10_000);
    expect(rig.looks).toEqual([]);
    const end = rig.watch('a');
    await rig.pass(45_000);
    const times = rig.looks.map(({ at }) => at);
    expect(times.length).toBeGreaterThanOrEqual(11);
    expect(times.length).toBeLessThanOrEqual(17);
    for (const [index, time] of times.slice(1).entries()) {
      const pause = time - (times[index] ?? 0);
      expect(pause).toBeGreaterThanOrEqual(2550);
      // What is due is looked for every quarter of a second.
      expect(pause).toBeLessThanOrEqual(3450 + 300);
    }
    end();
    end();
    await rig.pass(20_000);
    expect(rig.looks).toHaveLength(times.length);
    expect(rig.watcher.size).toBe(0);
  });

  it.each([
    [5, 12, 22],
    [24 * 60, 9, 11],
  ])('does so less often the older the session is: %i minutes', async (minutes, least, most) => {
    const rig = watcherRig();
    rig.watch('a', { ageMs: minutes * MINUTE });
    await rig.pass(5 * MINUTE);
    expect(rig.looks.length).toBeGreaterThanOrEqual(least);
    expect(rig.looks.length).toBeLessThanOrEqual(most);
  });

  it('looks once for all that want to know of one session', async () => {
    const rig = watcherRig({ random: 0.5 });
    const ends: (() => void)[] = [];
    for (let number = 0; number < 50; number++) {
      ends.push(rig.watch('a'));
      await rig.pass(50);
    }
    expect(rig.looks).toEqual([]);
    await rig.pass(1000);
    expect(rig.looks).toHaveLength(1);
    for (const end of ends.slice(1)) end();
    await rig.pass(4000);
    expect(rig.looks.length).toBeGreaterThan(1);
    expect(rig.watcher.size).toBe(1);
  });

  it('reads the list once from ten sessions on, and each that is not in it', async () => {
    const few = watcherRig({ random: 0.5 });
    for (let number = 0; number < 9; number++) few.watch(`n${number}`);
    await few.pass(3500);
    expect(few.looks.map(({ what }) => what).sort()).toEqual(Array.from({ length: 9 }, (_, number) => `n${number}`));
    const many = watcherRig({ random: 0.5 });
    many.unlisted.add('n3');
    for (let number = 0; number < 12; number++) many.watch(`n${number}`);
    await many.pass(3500);
    expect(many.looks.map(({ what }) => what).sort()).toEqual(['n3', 'the list']);
  });

  it('tells what has changed, and only that; what could not be told is told at the next look', async () => {
    const rig = watcherRig();
    rig.watch('a');
    await rig.pass(10_000);
    expect(rig.told).toEqual([]);
    rig.failing = 1;
    rig.statuses.set('a', 'COMPLETED');
    await rig.pass(8000);
    expect(rig.told).toEqual(['a COMPLETED']);
    await rig.pass(60_000);
    expect(rig.told).toEqual(['a COMPLETED']);
  });

  it('goes on where the other replica that looked has gone', async () => {
    const rigs: Rig[] = [];
    const turns = new Map<string, number>();
    for (let replica = 0; replica < 2; replica++) rigs.push(watcherRig({ turns }));
    const [one, other] = rigs as [Rig, Rig];
    const pass = async (ms: number) => {
      for (let passed = 0; passed < ms; passed += 50) await Promise.all([one.pass(50), other.pass(50)]);
    };
    one.watch('a');
    other.watch('a');
    await pass(30_000);
    const both = one.looks.length + other.looks.length;
    expect(both).toBeGreaterThanOrEqual(7);
    expect(both).toBeLessThanOrEqual(12);
    await one.watcher.stop();
    const before = other.looks.length;
    await pass(9000);
    expect(other.looks.length).toBeGreaterThanOrEqual(before + 2);
  });
});

describe('a gateway', () => {
  it('looks at Meteroid, and at who is not set up to tell, only while somebody is subscribed', async () => {
    const world = await openWorld();
    onTestFinished(() => world.close());
    const { FLEX } = world.addresses;
    const providers = { ...world.addresses, FLEX: { ...FLEX, webhookSecrets: [] } };
    const gateway = await world.start({ providers });
    const [meteroid, flex, flexprice] = [world.create('meteroid'), world.create('flex'), world.create('flexprice')];
    const calls = () => world.sandbox.control.calls().length;
    await sleep(300);
    expect(calls()).toBe(0);
    const ids = [globalId('METEROID', meteroid), globalId('FLEX', flex), globalId('FLEXPRICE', flexprice)];
    const subscribers = Array.from({ length: 20 }, () => subscribe(gateway, { ids }));
    await Promise.all(subscribers.map((subscriber) => subscriber.until(3)));
    // One call for each session, for all twenty.
    expect(calls()).toBe(3);
    world.sandbox.control.cancel({ provider: 'meteroid', id: meteroid });
    world.sandbox.control.cancel({ provider: 'flex', id: flex });
    await Promise.all(subscribers.map((subscriber) => subscriber.until(5)));
    for (const { changes } of subscribers) {
      expect(changes.slice(3).map(({ trigger, previousStatus }) => [trigger, previousStatus])).toEqual([
        ['POLL', 'OPEN'],
        ['POLL', 'OPEN'],
      ]);
    }
    // One look at each that does not tell, and one read for all twenty.
    expect(calls()).toBeLessThanOrEqual(3 + 2 * 2 + 2);
    await Promise.all(subscribers.map((subscriber) => subscriber.stop()));
    await sleep(300);
    const after = calls();
    await sleep(3500);
    expect(calls()).toBe(after);
  });
});
