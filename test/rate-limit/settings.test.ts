import { expect, test } from 'vitest';
import { readConfig } from '../../src/config.ts';

test('without settings nobody is limited where callers are not told apart', () => {
  expect(readConfig({})).toMatchObject({ rateLimit: null, maxConcurrency: undefined, shutdownDelayMs: 0 });
});

test('a rate is so many in so many seconds', () => {
  const settings = { RATE_LIMIT: '50/10', MAX_CONCURRENCY: '20', SHUTDOWN_DELAY_MS: '5000' };
  expect(readConfig(settings)).toMatchObject({
    rateLimit: { points: 50, seconds: 10 },
    maxConcurrency: 20,
    shutdownDelayMs: 5000,
  });
  expect(readConfig({ RATE_LIMIT: 'off' }).rateLimit).toBeNull();
});

test.each([
  ['RATE_LIMIT', '600'],
  ['RATE_LIMIT', '0/60'],
  ['RATE_LIMIT', '600/0'],
  ['RATE_LIMIT', '1.5/60'],
  ['RATE_LIMIT', '600/86401'],
  ['RATE_LIMIT', '-1/60'],
  ['MAX_CONCURRENCY', '0'],
  ['SHUTDOWN_DELAY_MS', '60001'],
])('%s %s stops the start', (name, value) => {
  expect(() => readConfig({ [name]: value })).toThrow(`${name}: expected`);
});
