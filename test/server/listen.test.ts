import { expect, test } from 'vitest';
import { localUrl } from '../../src/server/listen.ts';
import { startTestServer } from './test-server.ts';

test('a port in use is told in a sentence', async () => {
  const { port } = await startTestServer();
  await expect(startTestServer({ port })).rejects.toThrow(
    `PORT: ${port} on 127.0.0.1 is already in use; stop what listens there or choose another port.`,
  );
});

test('an address of another machine is told in a sentence', async () => {
  await expect(startTestServer({ host: '192.0.2.1' })).rejects.toThrow(
    'HOST: expected an address of this machine, got 192.0.2.1.',
  );
});

test.each([
  ['127.0.0.1', 'http://127.0.0.1:4000'],
  ['0.0.0.0', 'http://localhost:4000'],
  ['::', 'http://localhost:4000'],
  ['::1', 'http://[::1]:4000'],
])('%s is opened at %s', (host, url) => {
  expect(localUrl(host, 4000)).toBe(url);
});
