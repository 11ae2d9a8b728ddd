import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JsonServer } from '../helpers/json-server.ts';
import { API_KEY, startAcmePay } from './acme-pay.ts';
import { edited, stepsOf } from './guide.ts';

const PROJECT = fileURLToPath(new URL('../../', import.meta.url));
const BIN = join(PROJECT, 'node_modules/.bin');
const ENVIRONMENT = { PATH: `${BIN}:${process.env.PATH}` };
// A whole type check and a whole suite run inside of single tests here.
const TIMEOUT = 120_000;
const LEFT_BEHIND: ReadonlySet<string> = new Set(['node_modules', '.git', '.data', '.env', 'coverage']);

const GUIDE = readFileSync(join(PROJECT, 'docs/adding-a-provider.md'), 'utf8');
const STEPS = stepsOf(GUIDE);

describe('docs/adding-a-provider.md, followed to the letter', () => {
  const folder = mkdtempSync(join(tmpdir(), 'adding-a-provider-'));

  beforeAll(async () => {
    cpSync(PROJECT, folder, { recursive: true, filter: (source) => !LEFT_BEHIND.has(basename(source)) });
    symlinkSync(join(PROJECT, 'node_modules'), join(folder, 'node_modules'));
    for (const step of STEPS) {
      const file = join(folder, step.path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, step.kind === 'write' ? step.text : edited(readFileSync(file, 'utf8'), step));
    }
    await run('node', ['codegen.ts']);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  /** Rejects with all that was printed when the command fails. */
  const run = (command: string, args: readonly string[]): Promise<void> =>
    new Promise((resolve, reject) => {
      execFile(join(BIN, command), args, { cwd: folder, env: ENVIRONMENT }, (error, stdout, stderr) => {
        if (error) reject(new Error(`${command} ${args.join(' ')}\n${stdout}${stderr}`));
        else resolve();
      });
    });

  it('names every place outside of the new folder in its table, and no other', () => {
    const changed = new Set(STEPS.map(({ path }) => path).filter((path) => !path.startsWith('src/providers/acme/')));
    expect([...GUIDE.matchAll(/^\| `([^`]+\/[^`]+|[^`]+\.(?:ts|json))` /gm)].map(([, path]) => path).sort()).toEqual(
      [...changed].sort(),
    );
  });

  it('gives a project whose types fit', () => run('tsc', ['--noEmit']), TIMEOUT);

  it('gives files that the linter and the formatter take', () => {
    const paths = new Set([...STEPS.map(({ path }) => path), 'docs/schema.graphql']);
    return run('biome', ['check', '--error-on-warnings', ...paths]);
  });

  it(
    'gives tests that pass',
    () => {
      const tests = STEPS.map(({ path }) => path).filter((path) => path.endsWith('.test.ts'));
      return run('vitest', ['run', 'test/schema', ...new Set(tests)]);
    },
    TIMEOUT,
  );

  describe('gives a gateway that', () => {
    const gone = new Set<string>();
    let acme: JsonServer;
    let gateway: { url: string; stop(): void };

    beforeAll(async () => {
      acme = await startAcmePay(gone);
      gateway = await startGateway(folder, { ACME_API_KEY: API_KEY, ACME_BASE_URL: acme.url });
    });
    afterAll(async () => {
      gateway?.stop();
      await acme.stop();
    });

    const ask = async (query: string, variables?: Record<string, unknown>) => {
      const response = await fetch(`${gateway.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query, variables }),
      });
      return (await response.json()) as { data: Record<string, { id: string }>; errors?: unknown };
    };

    it("shows a session by the provider's id, and again by the global one", async () => {
      const { data, errors } = await ask(`{
        open: checkoutSessionByProviderId(provider: ACME, providerId: "co_3") { ...S }
        paid: checkoutSessionByProviderId(provider: ACME, providerId: "co_1") { status checkoutUrl completedAt metadata { key } }
        none: checkoutSessionByProviderId(provider: ACME, providerId: "co_4") { id }
      }
      fragment S on CheckoutSession {
        id provider providerId status providerStatus mode testMode checkoutUrl successUrl customer { id email }
        amounts { total { minorUnits decimal currency } received { decimal } } currency metadata { key value }
        createdAt expiresAt completedAt isArchived availableActions
        details { __typename ... on AcmeCheckoutDetails { storefront installments } }
      }`);
      expect(errors).toBeUndefined();
      expect(data.open).toEqual({
        id: expect.any(String),
        provider: 'ACME',
        providerId: 'co_3',
        status: 'OPEN',
        providerStatus: 'waiting',
        mode: 'PAYMENT',
        testMode: true,
        checkoutUrl: 'https://pay.acmepay.example/co_3',
        successUrl: 'https://shop.example/thanks',
        customer: { id: 'buyer_1', email: null },
        amounts: { total: { minorUnits: 1999, decimal: '19.99', currency: 'EUR' }, received: null },
        currency: 'EUR',
        metadata: EXACT_METADATA,
        createdAt: '2026-11-01T12:00:03.000Z',
        expiresAt: '2026-11-01T13:00:00.000Z',
        completedAt: null,
        isArchived: false,
        availableActions: [],
        details: { __typename: 'AcmeCheckoutDetails', storefront: 'north', installments: 3 },
      });
      expect(data.paid).toEqual({
        status: 'COMPLETED',
        checkoutUrl: null,
        completedAt: '2026-11-01T12:08:20.000Z',
        metadata: [],
      });
      expect(data.none).toBeNull();

      const again = await ask('query ($id: ID!) { node(id: $id) { ... on CheckoutSession { id providerId } } }', {
        id: data.open?.id,
      });
      expect(again).toEqual({ data: { node: { id: data.open?.id, providerId: 'co_3' } } });
    });

    it('lists sessions page by page, newest first', async () => {
      const query = `query ($after: String) { checkoutSessions(first: 2, after: $after) {
        nodes { providerId status metadata { key value } } pageInfo { hasNextPage endCursor } sources { provider state coverage }
      } }`;
      const first = (await ask(query)) as unknown as {
        data: { checkoutSessions: { pageInfo: { endCursor: string } } };
      };
      const sources = [{ provider: 'ACME', state: 'OK', coverage: 'ALL' }];
      expect(first).toEqual({
        data: {
          checkoutSessions: {
            nodes: [
              { providerId: 'co_3', status: 'OPEN', metadata: EXACT_METADATA },
              { providerId: 'co_2', status: 'EXPIRED', metadata: [] },
            ],
            pageInfo: { hasNextPage: true, endCursor: expect.any(String) },
            sources,
          },
        },
      });
      expect(await ask(query, { after: first.data.checkoutSessions.pageInfo.endCursor })).toEqual({
        data: {
          checkoutSessions: {
            nodes: [{ providerId: 'co_1', status: 'COMPLETED', metadata: [] }],
            pageInfo: { hasNextPage: false, endCursor: expect.any(String) },
            sources,
          },
        },
      });
    });

    const list = async (page: string) => {
      const { data, errors } = await ask(`{ checkoutSessions(${page}) {
        nodes { providerId } totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor } sources { state }
      } }`);
      expect(errors).toBeUndefined();
      const { nodes, totalCount, pageInfo, sources } = data.checkoutSessions as unknown as ListAnswer;
      const ids = nodes.map(({ providerId }) => providerId);
      return { ids, totalCount, pageInfo, state: sources[0]?.state };
    };

    it('lists from the oldest session on, and leaves out an offset', async () => {
      const last = await list('last: 2');
      expect(last).toMatchObject({ ids: ['co_2', 'co_1'], totalCount: 3, pageInfo: { hasPreviousPage: true } });
      const rest = await list(`last: 2, before: "${last.pageInfo.startCursor}"`);
      expect(rest).toMatchObject({ ids: ['co_3'], pageInfo: { hasPreviousPage: false, hasNextPage: true } });
      expect(await list('first: 1, offset: 1')).toMatchObject({ ids: ['co_2'], pageInfo: { hasPreviousPage: true } });
    });

    it.each([
      ['statuses: [OPEN, COMPLETED]', ['co_3', 'co_1'], 2],
      ['statuses: [OPEN, UNKNOWN]', ['co_3'], null],
      ['customers: [{ provider: ACME, id: "buyer_0" }]', ['co_2'], 1],
      ['customers: [{ provider: ACME, id: "buyer_0" }, { provider: ACME, id: "nobody" }]', ['co_2'], null],
      ['createdAt: { gt: "2026-11-01T12:00:01Z", lt: "2026-11-01T12:00:02.5Z" }', ['co_2'], 1],
    ])(
      'lists by the filter {%s}, and counts where nothing has to be looked through',
      async (filter, ids, totalCount) => {
        expect(await list(`filter: {${filter}}`)).toMatchObject({ ids, totalCount, state: 'OK' });
      },
    );

    it('goes on in the list when the session before the page is gone', async () => {
      const { pageInfo } = await list('first: 2');
      gone.add('co_2');
      expect(await list(`first: 2, after: "${pageInfo.endCursor}"`)).toMatchObject({ ids: ['co_1'], state: 'OK' });
      gone.clear();
    });

    it.each([
      'statuses: [FAILED]',
      'customers: [{ provider: FLEX, id: "buyer_1" }]',
      'customerEmail: "jo@shop.example"',
      'hasDisputes: false',
    ])('asks nothing for the filter {%s}', async (filter) => {
      const before = acme.requests.length;
      expect(await list(`filter: {${filter}}`)).toMatchObject({ ids: [], totalCount: 0, state: 'SKIPPED' });
      expect(acme.requests).toHaveLength(before);
    });

    it('reckons what its lists cost', async () => {
      const list = 'checkoutSessions(last: 10, filter: { providers: [ACME], statuses: [OPEN, COMPLETED, EXPIRED] })';
      const pages = Array.from({ length: 25 }, (_, index) => `l${index}: ${list} { totalCount sources { state } }`);
      expect(await ask(`{ ${pages.join(' ')} }`)).toMatchObject({
        errors: [{ extensions: { code: 'QUERY_TOO_COMPLEX', limit: 'cost' } }],
      });
    });

    it('tells of the provider', async () => {
      const { data } = await ask('{ providers { provider enabled operations listCoverage } }');
      expect(data.providers).toContainEqual({
        provider: 'ACME',
        enabled: true,
        operations: ['checkoutSession', 'checkoutSessions'],
        listCoverage: 'ALL',
      });
    });
  });
});

type ListAnswer = {
  nodes: { providerId: string }[];
  totalCount: number | null;
  pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; startCursor: string; endCursor: string };
  sources: { state: string }[];
};

/** In the order sent, with every digit. */
const EXACT_METADATA = [
  { key: 'order', value: 'A-7' },
  { key: '10', value: 'ten' },
  { key: '2', value: '12345678901234567890' },
];

/** `npm start` in the folder, with these settings and no others. Rejects with all that was printed when it ends early. */
async function startGateway(folder: string, settings: Record<string, string>): Promise<{ url: string; stop(): void }> {
  const child: ChildProcess = spawn(join(BIN, 'node'), ['src/main.ts'], {
    cwd: folder,
    env: { ...ENVIRONMENT, ...settings, PORT: '0' },
  });
  const url = await new Promise<string>((resolve, reject) => {
    let output = '';
    const take = (chunk: Buffer) => {
      output += chunk;
      const address = /GraphQL\s+(http:\S+)\/graphql/.exec(output)?.[1];
      if (address) resolve(address);
    };
    child.stdout?.on('data', take);
    child.stderr?.on('data', take);
    child.once('error', reject);
    child.once('exit', () => reject(new Error(`The gateway ended: ${output}`)));
  });
  return { url, stop: () => child.kill('SIGKILL') };
}
