import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { startRedis } from '../helpers/redis.ts';
import { openChannel } from './channel-rig.ts';
import { block } from './rig.ts';

// In a file of its own: it stands in the way of all others of its file.
test('an event loop that stands still is not taken for a Redis that does', async ({ onTestFinished }) => {
  const redis = await startRedis();
  onTestFinished(redis.stop);
  const rig = await openChannel(redis.url, onTestFinished);
  for (let round = 0; round < 3; round++) {
    block(2500);
    await sleep(300);
  }
  await sleep(1500);
  expect(rig.heard).toEqual([]);
  expect(rig.changes()).toEqual([]);
});
