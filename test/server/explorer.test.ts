import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { chromiumLaunchOptions } from '../helpers/chromium.ts';
import { exchange } from './raw-socket.ts';
import { startTestServer } from './test-server.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await chromium.launch(chromiumLaunchOptions());
});
afterAll(() => browser?.close());

type WatchedPage = {
  page: Page;
  /** Addresses that were asked for outside of this machine. */
  outside: string[];
  /** What the page complained of: blocked loads, exceptions. */
  complaints: string[];
};

/** Blob and data addresses are the page's own. */
const isOutside = (url: string) => !/^(?:http:\/\/127\.0\.0\.1[:/]|blob:http:\/\/127\.0\.0\.1[:/]|data:)/.test(url);

async function openPage(): Promise<WatchedPage> {
  const context = await browser.newContext();
  onTestFinished(() => context.close());
  const outside: string[] = [];
  const complaints: string[] = [];
  await context.route('**/*', (route) => (isOutside(route.request().url()) ? route.abort() : route.continue()));
  context.on('request', (request) => {
    if (isOutside(request.url())) outside.push(request.url());
  });
  context.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  context.on('weberror', (error) => complaints.push(error.error().message));
  return { page: await context.newPage(), outside, complaints };
}

test('GraphiQL loads and runs a query with nothing from outside', async () => {
  const { url } = await startTestServer({ exampleQuery: '{ hello(name: "browser") }' });
  const { page, outside, complaints } = await openPage();
  await page.goto(`${url}/graphiql`);
  expect(await page.title()).toBe('Checkout gateway');
  await page.getByRole('button', { name: /execute/i }).click();
  // The editor shows spaces as ones that do not break.
  const answer = async () => (await page.locator('.graphiql-response').textContent())?.replaceAll('\u00a0', ' ');
  await expect.poll(answer, { timeout: 10_000 }).toContain('"hello": "hello browser"');
  await page.waitForLoadState('networkidle');
  expect(outside).toEqual([]);
  expect(complaints).toEqual([]);
});

test('GraphiQL knows the schema', async () => {
  const { url } = await startTestServer();
  const { page, outside, complaints } = await openPage();
  await page.goto(`${url}/graphiql?query={ nope }`);
  const marked = page.locator('.graphiql-editors .squiggly-error');
  await expect.poll(() => marked.count(), { timeout: 10_000 }).toBeGreaterThan(0);
  expect(outside).toEqual([]);
  expect(complaints).toEqual([]);
});

test('a browser at the endpoint gets the Sandbox, and without internet the way to GraphiQL', async () => {
  const { url } = await startTestServer({ exampleQuery: '{ hello }' });
  const { page, outside } = await openPage();
  const response = await page.goto(url);
  expect(response?.url()).toBe(`${url}/graphql`);
  expect(response?.headers()).toMatchObject({
    'content-type': expect.stringMatching(/^text\/html/),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  });
  expect(outside.some((address) => address.includes('embeddable-sandbox'))).toBe(true);
  await page.getByRole('link', { name: 'GraphiQL' }).click();
  await page.waitForURL(`${url}/graphiql`);
});

test('the page is sent zipped, and not again to who has it', async () => {
  const { url } = await startTestServer();
  const first = await fetch(`${url}/graphiql`, { headers: { 'accept-encoding': 'gzip' } });
  expect(first.headers.get('content-encoding')).toBe('gzip');
  expect(Number(first.headers.get('content-length'))).toBeLessThan(3_000_000);
  expect(first.headers.get('content-security-policy')).toContain("connect-src 'self'");
  expect(await first.text()).toMatch(/^\s*<!doctype html>/);
  const etag = first.headers.get('etag') ?? '';
  const again = await fetch(`${url}/graphiql`, { headers: { 'if-none-match': etag } });
  expect([again.status, await again.text()]).toEqual([304, '']);
});

test('who cannot unzip gets the same page', async () => {
  const { port, url } = await startTestServer();
  const zipped = await (await fetch(`${url}/graphiql`)).text();
  const plain = await exchange(port, 'GET /graphiql HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
  expect(plain).not.toMatch(/content-encoding/i);
  expect(Buffer.from(plain.slice(plain.indexOf('\r\n\r\n') + 4), 'latin1').toString() === zipped).toBe(true);
});
