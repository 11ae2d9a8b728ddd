import fc from 'fast-check';
import { expect, test } from 'vitest';
import { answersIn, answerTo, type RawAnswer } from './fuzz-answers.ts';
import { KNOWN, sent } from './fuzz-requests.ts';
import { startTestServer, type TestServer } from './test-server.ts';

const AT_ONCE = 20;

/** Whatever it is: nothing that a browser would show as a page, and every refusal in the one form. */
function expectSafe({ status, headers, body }: RawAnswer): void {
  if (status === 101) return;
  expect(headers).toMatchObject({
    'x-content-type-options': 'nosniff',
    'content-security-policy': expect.stringContaining("default-src 'none'"),
    'x-request-id': expect.stringMatching(/^[\w.-]{1,64}$/),
  });
  if (status < 400) {
    // Only the explorers are pages.
    if (headers['content-type']?.startsWith('text/html')) expect(headers).toHaveProperty('cross-origin-opener-policy');
    return;
  }
  expect(headers['content-type']).toBe('application/json; charset=utf-8');
  expect(headers['cache-control']).toBe('no-store');
  if (body === '') return;
  const answer: { errors?: unknown; status?: string } = JSON.parse(body);
  if (answer.status === 'starting') return;
  expect(answer).toMatchObject({
    errors: [
      { message: expect.any(String), extensions: { code: expect.any(String), requestId: headers['x-request-id'] } },
    ],
  });
  expect(body).not.toMatch(/node_modules|\.ts:|<script|<b>|HPE_|Parse Error/);
}

async function expectWell(server: TestServer): Promise<void> {
  expect(await (await server.post({ query: '{ hello }' })).json()).toEqual({ data: { hello: 'hello world' } });
}

test('whatever comes, it is answered in JSON or as GraphQL, and the server goes on', async () => {
  const server = await startTestServer({ headersTimeoutMs: 150, requestTimeoutMs: 200 });
  const seen = new Set<number>();
  const batch = fc.array(sent, { minLength: AT_ONCE, maxLength: AT_ONCE });
  const property = fc.asyncProperty(batch, async (texts) => {
    const answered = await Promise.all(
      texts.map(async (text) => {
        const answers = answersIn(await answerTo(server.port, text));
        for (const answer of answers) {
          seen.add(answer.status);
          expectSafe(answer);
        }
        return [text, answers.length] as const;
      }),
    );
    for (const [text, count] of answered)
      if (/[^\r\n]/.test(text) && count === 0) throw new Error(`No answer to ${JSON.stringify(text)}`);
  });
  await fc.assert(property, {
    numRuns: 25,
    examples: [[KNOWN]],
    interruptAfterTimeLimit: 40_000,
    markInterruptAsFailure: false,
  });
  await expectWell(server);
  // Nothing of it was a bug of ours, but for the one that the schema has.
  for (const line of server.lines.filter((each) => each.includes('"stack"'))) expect(line).toContain('sk_live_1');
  for (const status of [200, 400, 404, 405, 406, 408, 413, 415, 431])
    expect([status, seen.has(status)]).toEqual([status, true]);
}, 60_000);
