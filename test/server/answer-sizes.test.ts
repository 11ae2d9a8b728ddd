import { connect, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { apiKeyCheck } from '../../src/auth/api-keys.ts';
import { keysFor } from './auth-callers.ts';
import { startTestServer } from './test-server.ts';

const fieldsOf = (count: number) => Array.from({ length: count }, (_, n) => `a${n}: hello(name: $name)`).join(' ');
const bodyOf = (count: number) =>
  JSON.stringify({ query: `query ($name: String!) { ${fieldsOf(count)} }`, variables: { name: 'x'.repeat(250_000) } });

const check = apiKeyCheck(keysFor({ reader: ['checkout:read'], other: ['checkout:read'] }));
const as = (name: string) => ({ authorization: `Bearer key-of-${name}` });

/** Asks and takes nothing of the answer but its beginning. */
async function askUnread(port: number, name: string): Promise<Socket> {
  const client = connect({ port, host: '127.0.0.1' });
  client.on('error', () => {});
  onTestFinished(() => void client.destroy());
  const body = bodyOf(29);
  const head = `POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nAuthorization: Bearer key-of-${name}\r\n`;
  client.write(`${head}Content-Length: ${body.length}\r\n\r\n${body}`);
  await new Promise((resolve) => client.once('readable', resolve));
  return client;
}

test('what a caller has been answered and does not take is bounded, and leaves the others their room', async () => {
  const { port, post } = await startTestServer({ authenticate: async (presented) => check(presented) });
  const ask = async (name: string, count = 29) => {
    const response = await post(bodyOf(count), as(name));
    const { errors } = (await response.json()) as { errors?: { extensions: { code: string } }[] };
    return [response.status, errors?.[0]?.extensions.code, response.headers.get('retry-after')];
  };
  const unread: Socket[] = [];
  // 7.25 million characters each; a caller's share is 64 MiB.
  for (let n = 0; n < 9; n++) unread.push(await askUnread(port, 'reader'));
  expect(await ask('reader')).toEqual([503, 'OVERLOADED', '1']);
  const small = await post({ query: '{ hello }' }, as('reader'));
  expect(await small.json()).toEqual({ data: { hello: 'hello world' } });
  expect(await ask('other')).toEqual([200, undefined, null]);
  for (const client of unread) client.destroy();
  await expect.poll(() => ask('reader')).toEqual([200, undefined, null]);
  // What is taken takes no room.
  for (let n = 0; n < 10; n++) expect(await ask('reader')).toEqual([200, undefined, null]);
});
