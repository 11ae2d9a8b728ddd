import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { chromiumLaunchOptions } from '../helpers/chromium.ts';
import { startJsonServer } from '../helpers/json-server.ts';
import { startWorld } from './subscriptions-world.ts';
import { startTestServer } from './test-server.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await chromium.launch(chromiumLaunchOptions());
});
afterAll(() => browser?.close());

type Opened = { page: Page; complaints: string[] };

/** A page, and what it complains of: what its policy forbids, exceptions. */
async function openPage(url: string): Promise<Opened> {
  const context = await browser.newContext();
  onTestFinished(() => context.close());
  const complaints: string[] = [];
  context.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  context.on('weberror', (error) => complaints.push(error.error().message));
  const page = await context.newPage();
  await page.goto(url);
  return { page, complaints };
}

/** What GraphiQL shows of the answer. Its editor shows spaces as ones that do not break. */
const shownIn = async (page: Page) =>
  (await page.locator('.graphiql-response').textContent())?.replaceAll('\u00a0', ' ') ?? '';

const execute = (page: Page) => page.getByRole('button', { name: /execute/i }).click();

const graphiql = (url: string, query: string) => `${url}/graphiql?query=${encodeURIComponent(query)}`;

async function typeHeaders(page: Page, headers: object): Promise<void> {
  await page.getByRole('button', { name: 'Headers' }).click();
  await page.locator('.graphiql-editor-tool .monaco-editor:visible').click();
  await page.keyboard.press('ControlOrMeta+A');
  // At once, because the editor closes what is opened by typing.
  await page.keyboard.insertText(JSON.stringify(headers));
}

test('under its policy GraphiQL runs a query and a change', async () => {
  const { url, touched } = await startTestServer();
  const { page, complaints } = await openPage(graphiql(url, 'mutation { touch(name: "page") }'));
  await execute(page);
  await expect.poll(() => shownIn(page), { timeout: 10_000 }).toContain('"touch": 1');
  expect(touched).toEqual(['page']);
  expect(complaints).toEqual([]);
});

// Where pages of others are allowed, its own still is.
test.each([{}, { allowedOrigins: ['https://shop.example'] }])(
  'under its policy GraphiQL subscribes by WebSocket, with what stands in its headers: %j',
  async (settings) => {
    const world = await startWorld(settings);
    const { page, complaints } = await openPage(graphiql(world.url, 'subscription { events { n authorization } }'));
    await typeHeaders(page, { authorization: 'Bearer me' });
    const sockets: string[] = [];
    page.on('websocket', (socket) => sockets.push(socket.url()));
    await execute(page);
    await expect.poll(() => world.bus.listeners, { timeout: 10_000 }).toBe(1);
    world.bus.publish({ n: 41 });
    await expect.poll(() => shownIn(page), { timeout: 10_000 }).toContain('"n": 41');
    expect(await shownIn(page)).toContain('"authorization": "Bearer me"');
    expect(sockets).toEqual([world.wsUrl]);
    expect(complaints).toEqual([]);
  },
);

/** Runs in the page: what the policy lets somebody do who got a foothold there. */
async function misuse(elsewhere: string): Promise<string[]> {
  const attempts: Record<string, () => unknown> = {
    Function: () => new Function('return 1')(),
    'an inline script': () => {
      const script = document.createElement('script');
      script.textContent = 'window.intruder = true';
      document.body.append(script);
      if (!('intruder' in window)) throw new Error('blocked');
    },
    'an attribute': () => {
      const button = document.createElement('button');
      button.setAttribute('onclick', 'window.clicked = true');
      button.click();
      if (!('clicked' in window)) throw new Error('blocked');
    },
    'a foreign script': () => load('script', elsewhere),
    'a foreign image': () => load('img', elsewhere),
    'a request elsewhere': () => fetch(elsewhere, { mode: 'no-cors' }),
    'a beacon': () => {
      // It is taken, and not sent: the server tells.
      navigator.sendBeacon(elsewhere, 'x');
      throw new Error('told by the server');
    },
    'a frame': () => load('iframe', elsewhere),
  };
  function load(tag: 'script' | 'img' | 'iframe', src: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const element = document.createElement(tag);
      element.onload = () => (tag === 'iframe' ? reject(new Error('told by the server')) : resolve());
      element.onerror = () => reject(new Error('blocked'));
      element.src = src;
      document.body.append(element);
    });
  }
  const done: string[] = [];
  // What a debugger evaluates is excepted from the policy until it first waits.
  await new Promise((resolve) => setTimeout(resolve));
  for (const [what, attempt] of Object.entries(attempts)) {
    try {
      await attempt();
      done.push(what);
    } catch {}
  }
  return done;
}

test('without a policy all of it could be done', async () => {
  const html = { headers: { 'content-type': 'text/html' }, body: '<!doctype html><title>open</title>' };
  const [open, elsewhere] = await Promise.all([startJsonServer(() => html), startJsonServer(() => ({ body: '' }))]);
  onTestFinished(async () => void (await Promise.all([open.stop(), elsewhere.stop()])));
  const { page } = await openPage(open.url);
  const done = await page.evaluate(misuse, elsewhere.url);
  expect(done).toEqual(expect.arrayContaining(['Function', 'an inline script', 'an attribute', 'a request elsewhere']));
  await expect.poll(() => elsewhere.requests.length).toBe(5);
});

test('a script that got into GraphiQL can neither run more nor tell anybody', async () => {
  const { url } = await startTestServer();
  const elsewhere = await startJsonServer(() => ({ headers: { 'access-control-allow-origin': '*' } }));
  onTestFinished(() => elsewhere.stop());
  const { page } = await openPage(`${url}/graphiql`);
  expect(await page.evaluate(misuse, elsewhere.url)).toEqual([]);
  expect(elsewhere.requests).toEqual([]);
  const opened = await page.evaluate(
    (address) =>
      new Promise((resolve) => {
        const socket = new WebSocket(address);
        socket.onopen = () => resolve(true);
        socket.onerror = () => resolve(false);
      }),
    elsewhere.url.replace('http', 'ws'),
  );
  expect([opened, elsewhere.requests]).toEqual([false, []]);
});

test('no page can show GraphiQL, the Sandbox or an answer in a frame', async () => {
  const { url } = await startTestServer();
  const evil = await startJsonServer(() => ({
    headers: { 'content-type': 'text/html' },
    body: ['/graphiql', '/graphql', '/healthz'].map((path) => `<iframe src="${url}${path}"></iframe>`).join(''),
  }));
  onTestFinished(() => evil.stop());
  const { page, complaints } = await openPage(evil.url);
  await expect.poll(() => complaints.filter((text) => /frame-ancestors/.test(text)).length).toBe(3);
  const texts = await Promise.all(
    page
      .frames()
      .slice(1)
      .map((frame) => frame.content().catch(() => '')),
  );
  expect(texts.join('')).not.toMatch(/graphiql|Apollo|"ok"/i);
});

/** The directives of a policy. */
const directivesOf = (policy: string | null): Record<string, string[]> =>
  Object.fromEntries(
    (policy ?? '').split(';').map((directive) => {
      const [name = '', ...sources] = directive.trim().split(' ');
      return [name, sources];
    }),
  );

test('the Sandbox may do what it needs by Apollo’s own list, and no more', async () => {
  const { url } = await startTestServer();
  const response = await fetch(`${url}/graphql`, { headers: { accept: 'text/html' } });
  const html = await response.text();
  const policy = directivesOf(response.headers.get('content-security-policy'));
  const nonce = /<script nonce="(\w+)"/.exec(html)?.[1];
  expect(nonce).toMatch(/^\w{32,}$/);
  expect(policy).toMatchObject({
    'default-src': ["'none'"],
    'frame-ancestors': ["'none'"],
    // Operations are sent by the page, not by the frame.
    'connect-src': ["'self'"],
    'frame-src': ['https://sandbox.embed.apollographql.com'],
  });
  // Both policies hold: whatever Apollo's own allows and the page names must be in ours.
  const named = [...html.matchAll(/<(script|link)[^>]+?(?:src|href)="(https:\/\/[^/"]+)[^>]*>/gs)];
  const used = named.filter(([tag]) => !tag.includes('preconnect'));
  expect(used.length).toBeGreaterThanOrEqual(4);
  for (const [tag, element = '', host = ''] of used) {
    const directive =
      element === 'script'
        ? 'script-src'
        : /manifest/.test(tag)
          ? 'manifest-src'
          : /icon/.test(tag)
            ? 'img-src'
            : 'style-src';
    expect(policy[directive], tag).toContain(host);
  }
  for (const directive of ['script-src', 'style-src']) expect(policy[directive]).toContain(`'nonce-${nonce}'`);
  expect(JSON.stringify(policy)).not.toMatch(/unsafe/);
  const again = await fetch(`${url}/graphql`, { headers: { accept: 'text/html' } });
  expect(again.headers.get('content-security-policy')).not.toContain(nonce);
});

test('in a browser nothing of the Sandbox page is against its policy', async () => {
  const { url } = await startTestServer();
  const { page, complaints } = await openPage(`${url}/graphql`);
  await expect.poll(() => page.evaluate(() => 'embeddedSandboxConfig' in window)).toBe(true);
  // There is no internet, and the script that was not loaded is missed; but nothing was refused.
  expect(complaints.filter((text) => /content security|refused|violates/i.test(text))).toEqual([]);
  expect(await page.evaluate(misuse, 'http://127.0.0.1:9/')).toEqual([]);
});
