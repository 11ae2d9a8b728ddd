import { afterAll } from 'vitest';
import { describeMatrix, storiesOver } from './matrix.ts';
import { openOwnRedis, shareRedis } from './redis-ledger.ts';
import { killStory, unwrittenStory } from './stories.ts';

const shared = shareRedis();
afterAll(shared.stop);

// The same, with what only Redis can have.
describeMatrix(
  {
    'killed before the record': () => killStory(openOwnRedis('pausesWrites'), 'before the record'),
    'killed while the record is on its way': () => killStory(openOwnRedis('hangs'), 'before the record'),
    'killed together with Redis': () => killStory(openOwnRedis('isKilled'), 'together with the ledger'),
    'the record cannot be written: Redis hangs': () => unwrittenStory(openOwnRedis('hangs')),
    'the record cannot be written: Redis is full': () => unwrittenStory(openOwnRedis('isFull')),
    'the record cannot be written: Redis is killed': () => unwrittenStory(openOwnRedis('isKilled')),
    ...storiesOver(shared.open),
  },
  690,
);
