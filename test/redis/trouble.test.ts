import { expect, test } from 'vitest';
import { reasonOf, troubleOf } from '../../src/redis/trouble.ts';

test.each([
  ["READONLY You can't write against a read only replica.", 'READONLY', 'down'],
  ["OOM command not allowed when used memory > 'maxmemory'. script: 1f0, on @user_script:1.", 'OOM', 'down'],
  ['LOADING Redis is loading the dataset in memory', 'LOADING', 'down'],
  ['CLUSTERDOWN The cluster is down', 'CLUSTERDOWN', 'down'],
  ['BUSY Redis is busy running a script.', 'BUSY', 'slow'],
  ['MOVED 866 10.0.0.1:7001', 'MOVED', 'passing'],
  ['TRYAGAIN Multiple keys request during rehashing of slot', 'TRYAGAIN', 'passing'],
  // Redis 6
  [
    "ERR Error running script (call to f_1f0): @user_script:1: @user_script: 1: -READONLY You can't write",
    'READONLY',
    'down',
  ],
])('%s', (message, reason, weight) => {
  expect(troubleOf(new Error(message))).toEqual({ reason, weight });
});

test.each([
  'WRONGTYPE Operation against a key holding the wrong kind of value',
  'ERR wrong number of arguments',
  'ERR Error running script (call to f_1f0): @user_script:1: user_script:1: attempt to index a nil value',
  'CROSSSLOT Keys in request do not hash to the same slot',
  'OOMPH is no word of Redis',
])('%s: a mistake of the command', (message) => {
  expect(troubleOf(new Error(message))).toBeUndefined();
});

test('a reason never holds what a library says', () => {
  const errors = [
    Object.assign(new Error('connect ECONNREFUSED 10.0.0.1:6379'), { code: 'ECONNREFUSED' }),
    Object.assign(new Error('anything secret'), { code: 'secret' }),
    new Error('WRONGPASS of secret'),
    Object.assign(new Error('Failed to refresh slots cache.'), { lastNodeError: new Error('NOAUTH secret') }),
    'secret',
  ];
  expect(errors.map(reasonOf)).toEqual(['ECONNREFUSED', 'connection error', 'WRONGPASS', 'NOAUTH', 'connection error']);
});
