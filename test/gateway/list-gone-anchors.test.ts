import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestGateway, type TestGateway } from '../helpers/gateway.ts';
import { idsOf, type ListNode, listPage, walkList } from '../helpers/list.ts';
import { startTestSandbox } from '../helpers/sandbox.ts';

let sandbox: Awaited<ReturnType<typeof startTestSandbox>>;
let gateway: TestGateway;

beforeAll(async () => {
  sandbox = await startTestSandbox({ sessions: 150 });
  gateway = await startTestGateway({ providers: sandbox.addresses });
});
afterAll(async () => {
  await gateway.stop();
  await sandbox.stop();
});

describe('a cursor whose session is gone', () => {
  it('goes on where a Flex session that a cursor names is gone, with filters too', async () => {
    for (const filter of [undefined, { providers: ['FLEX'] }, { statuses: ['COMPLETED', 'EXPIRED'] }]) {
      const expected = idsOf(await walkList(gateway, 100, filter));
      const { nodes, pageInfo } = await listPage(gateway, { first: 25, filter });
      const last = nodes.filter(({ provider }) => provider === 'FLEX').at(-1) as ListNode;
      sandbox.control.remove({ provider: 'flex', id: last.providerId });
      const rest = await listPage(gateway, { first: 100, after: pageInfo.endCursor, filter });
      expect(idsOf(rest.nodes)).toEqual(expected.slice(25, 125));
      const back = await listPage(gateway, { last: 100, before: pageInfo.endCursor, filter });
      expect(idsOf(back.nodes)).toEqual(expected.slice(0, 24).filter((id) => id !== last.providerId));
    }
  });
});
