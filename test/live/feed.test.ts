import { describe, expect, it } from 'vitest';
import { createFeed, type FeedItem, SlowConsumer } from '../../src/live/feed.ts';
import { createLocalBroker } from '../../src/live/local-broker.ts';
import { recordLog } from '../helpers/log.ts';
import { notice } from './broker-rig.ts';
import { feedRig } from './feed-rig.ts';

const of = (...ids: string[]) => ids.map((providerId) => ({ provider: 'FLEX' as const, providerId }));
const change = (...args: Parameters<typeof notice>): FeedItem => ({ is: 'CHANGE', notice: notice(...args) });
const END = { done: true, value: undefined };

describe('a subscriber', () => {
  it('gets what changes of its sessions, also before it asks', async () => {
    const { feed, tell } = feedRig();
    const changes = feed.subscribe({ sessions: of('a', 'b', 'a') });
    tell('a');
    tell('other');
    tell('b', { provider: 'METEROID' });
    tell('b');
    expect(await changes.next()).toEqual({ done: false, value: change('a') });
    expect(await changes.next()).toEqual({ done: false, value: change('b') });
    const waiting = changes.next();
    tell('a', { at: 5 });
    expect(await waiting).toEqual({ done: false, value: change('a', { at: 5 }) });
  });

  it('gets what it wants of all, and is not asked for what is not its own', async () => {
    const { feed, tell } = feedRig();
    const asked: string[] = [];
    const wants = (id: string) => (each: { providerId: string }) => {
      asked.push(`${id} ${each.providerId}`);
      return each.providerId !== 'b';
    };
    const all = feed.subscribe({ sessions: 'ALL', wants: wants('all') });
    const one = feed.subscribe({ sessions: of('b', 'c'), wants: wants('one') });
    for (const id of ['a', 'b', 'c']) tell(id);
    expect([await all.next(), await all.next()].map(({ value }) => value)).toEqual([change('a'), change('c')]);
    expect((await one.next()).value).toEqual(change('c'));
    expect(asked.sort()).toEqual(['all a', 'all b', 'all c', 'one b', 'one c']);
  });

  it('gets one for the changes of a session that wait, at the place of the first', async () => {
    const { feed, tell } = feedRig();
    const changes = feed.subscribe({ sessions: 'ALL' });
    tell('a', { previousStatus: 'OPEN', at: 1 });
    tell('b', { previousStatus: null, at: 2 });
    tell('a', { previousStatus: 'PROCESSING', at: 3, trigger: 'POLL' });
    tell('b', { previousStatus: 'COMPLETED', at: 4 });
    expect((await changes.next()).value).toEqual(change('a', { previousStatus: 'OPEN', at: 3, trigger: 'POLL' }));
    expect((await changes.next()).value).toEqual(change('b', { previousStatus: null, at: 4 }));
  });

  it('hears of a gap, once for several that wait, whatever it is about', async () => {
    const { feed, tell, gap } = feedRig(1);
    const changes = feed.subscribe({ sessions: of('a') });
    const waiting = feed.subscribe({ sessions: of('b') });
    const next = waiting.next();
    gap();
    tell('a');
    gap();
    expect([await next, await changes.next(), await changes.next()].map(({ value }) => value)).toEqual([
      { is: 'GAP' },
      { is: 'GAP' },
      change('a'),
    ]);
    gap();
    expect((await changes.next()).value).toEqual({ is: 'GAP' });
  });

  it('that asks several times at once is answered in turn', async () => {
    const { feed, tell } = feedRig();
    const changes = feed.subscribe({ sessions: 'ALL' });
    const asked = [changes.next(), changes.next(), changes.next()];
    for (const id of ['a', 'a', 'b']) tell(id);
    expect((await Promise.all(asked)).map(({ value }) => value)).toEqual([change('a'), change('a'), change('b')]);
  });
});

describe('it ends', () => {
  it('when too much waits, with words for the subscriber', async () => {
    const { feed, tell } = feedRig(2);
    const slow = feed.subscribe({ sessions: 'ALL' });
    const other = feed.subscribe({ sessions: of('c') });
    for (const id of ['a', 'b', 'a', 'b', 'c']) tell(id);
    expect(feed.size).toBe(1);
    const error = await slow.next().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(SlowConsumer);
    expect((error as Error).message).toBe('slow consumer: more than 2 changed sessions were waiting to be taken');
    expect(await slow.next()).toEqual(END);
    expect((await other.next()).value).toEqual(change('c'));
  });

  it('when the subscriber returns, also while it waits and for what waits', async () => {
    const { feed, tell } = feedRig();
    const changes = feed.subscribe({ sessions: of('a') });
    const asked = [changes.next(), changes.next()];
    expect(await changes.return?.()).toEqual(END);
    expect(await Promise.all(asked)).toEqual([END, END]);
    const full = feed.subscribe({ sessions: of('a') });
    tell('a');
    await full.return?.();
    expect(await full.next()).toEqual(END);
    expect(feed.size).toBe(0);
    tell('a');
    expect(await changes.next()).toEqual(END);
  });

  it('when the subscriber throws, also while it waits', async () => {
    const { feed } = feedRig();
    const changes = feed.subscribe({ sessions: of('a') });
    const asked = changes.next();
    await expect(changes.throw?.(new RangeError('own'))).rejects.toThrow('own');
    expect([await asked, await changes.next()]).toEqual([END, END]);
    expect(feed.size).toBe(0);
  });

  it('when a loop over it is left', async () => {
    const { feed, tell } = feedRig();
    const changes = feed.subscribe({ sessions: 'ALL' });
    for (const id of ['a', 'b']) tell(id);
    for await (const item of changes) {
      expect(item).toEqual(change('a'));
      break;
    }
    expect(feed.size).toBe(0);
  });

  it('with what its predicate throws, and nobody else does', async () => {
    const { feed, tell } = feedRig();
    const wants = () => {
      throw new RangeError('mine');
    };
    const [asking, later] = [feed.subscribe({ sessions: 'ALL', wants }), feed.subscribe({ sessions: 'ALL', wants })];
    const good = feed.subscribe({ sessions: 'ALL' });
    const asked = asking.next();
    tell('a');
    await expect(asked).rejects.toThrow('mine');
    await expect(later.next()).rejects.toThrow('mine');
    expect([await asking.next(), await later.next()]).toEqual([END, END]);
    expect((await good.next()).value).toEqual(change('a'));
    expect(feed.size).toBe(1);
  });

  it('when the feed is closed', async () => {
    const { feed, tell, listeners } = feedRig();
    const [waiting, full] = [feed.subscribe({ sessions: 'ALL' }), feed.subscribe({ sessions: of('a') })];
    const asked = waiting.next();
    tell('a');
    const again = waiting.next();
    feed.close();
    feed.close();
    expect([(await asked).value, await again, await full.next()]).toEqual([change('a'), END, END]);
    expect(await feed.subscribe({ sessions: 'ALL' }).next()).toEqual(END);
    expect([feed.size, listeners()]).toEqual([0, 0]);
  });
});

it('all subscribers listen to the broker as one', async () => {
  const { feed, listeners } = feedRig();
  for (let count = 0; count < 100; count++) feed.subscribe({ sessions: of(`${count}`) });
  expect([feed.size, listeners()]).toEqual([100, 1]);
});

it('works over a real broker', async () => {
  const broker = createLocalBroker({ log: recordLog().log });
  const feed = createFeed(broker);
  const changes = feed.subscribe({ sessions: of('a') });
  await broker.publish(notice('a'));
  expect((await changes.next()).value).toEqual(change('a'));
  // The default bound.
  const all = feed.subscribe({ sessions: 'ALL' });
  for (let count = 0; count < 256; count++) await broker.publish(notice(`${count}`));
  expect((await all.next()).value).toEqual(change('0'));
});
