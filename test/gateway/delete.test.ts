import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startTestGateway, type TestGateway } from '../helpers/gateway.ts';
import { startTestSandbox } from '../helpers/sandbox.ts';

const DELETE = `mutation ($id: ID!) {
  deleteCheckoutSession(input: { id: $id, idempotencyKey: "k" }) {
    deletedId checkoutSession { status isArchived availableActions } userErrors { code message field }
  }
}`;
const READ =
  'query ($id: ID!) { checkoutSession(id: $id) { status isArchived availableActions details { ... on FlexpriceCheckoutDetails { recordStatus } } } }';

let sandbox: Awaited<ReturnType<typeof startTestSandbox>>;
let gateway: TestGateway;
let id: string;

beforeEach(async () => {
  sandbox = await startTestSandbox();
  gateway = await startTestGateway({ providers: sandbox.addresses, upstreamPolicy: { changeDeadlineMs: 300 } });
  const query = 'query ($id: String!) { s: checkoutSessionByProviderId(provider: FLEXPRICE, providerId: $id) { id } }';
  id = (await gateway.ask<{ s: { id: string } }>(query, { id: sandbox.examples.flexprice })).data.s.id;
});
afterEach(async () => {
  await gateway.stop();
  await sandbox.stop();
});

describe('deleteCheckoutSession', () => {
  it('archives a Flexprice session: its status stays, and reads say so from then on', async () => {
    const { data, errors } = await gateway.ask(DELETE, { id });
    expect(errors).toBeUndefined();
    expect(data.deleteCheckoutSession).toEqual({
      deletedId: id,
      checkoutSession: { status: 'OPEN', isArchived: true, availableActions: [] },
      userErrors: [],
    });
    expect((await gateway.ask(READ, { id })).data).toEqual({
      checkoutSession: {
        status: 'OPEN',
        isArchived: true,
        availableActions: [],
        details: { recordStatus: expect.stringMatching(/archived|deleted/) },
      },
    });
    expect((await gateway.ask(DELETE, { id })).data.deleteCheckoutSession).toMatchObject({
      deletedId: id,
      userErrors: [],
    });
  });

  it('leaves an archived session out of the list', async () => {
    const list = '{ checkoutSessions(first: 100) { nodes { id } } }';
    const ids = async () =>
      (await gateway.ask<{ checkoutSessions: { nodes: { id: string }[] } }>(list)).data.checkoutSessions.nodes.map(
        (node) => node.id,
      );
    expect(await ids()).toContain(id);
    await gateway.ask(DELETE, { id });
    expect(await ids()).not.toContain(id);
  });

  it('names what the caller can mend', async () => {
    const unknown = Buffer.from('1p:cs_unknown').toString('base64url');
    expect((await gateway.ask(DELETE, { id: unknown })).data.deleteCheckoutSession).toMatchObject({
      deletedId: null,
      checkoutSession: null,
      userErrors: [{ code: 'NOT_FOUND', field: ['input', 'id'] }],
    });
    const malformed = await gateway.ask(DELETE, { id: 'nonsense' });
    expect(malformed.errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
  });

  it('is sent again when it is not answered, archives once, and says that it does not know', async () => {
    for (const kind of ['hang', 'reset'] as const) {
      sandbox.control.clearFaults();
      sandbox.control.fault({ provider: 'flexprice', match: { method: 'DELETE' }, kind, when: 'after' });
      const before = sandbox.control.calls({ provider: 'flexprice' }).length;
      const { data, errors } = await gateway.ask(DELETE, { id });
      expect(data).toBeNull();
      expect(errors).toMatchObject([
        { path: ['deleteCheckoutSession'], extensions: { code: 'OUTCOME_UNKNOWN', retryable: true } },
      ]);
      expect(sandbox.control.calls({ provider: 'flexprice' }).length).toBeGreaterThan(before + 1);
      expect(sandbox.control.effects({ provider: 'flexprice' })).toMatchObject([{ operation: 'delete', count: 1 }]);
    }
    sandbox.control.clearFaults();
    expect((await gateway.ask(DELETE, { id })).data).toMatchObject({ deleteCheckoutSession: { deletedId: id } });
  });

  it('tells that the session is deleted even when it cannot be read afterwards', async () => {
    sandbox.control.fault({ provider: 'flexprice', match: { method: 'GET' }, kind: 'status', status: 500 });
    const { data, errors } = await gateway.ask(DELETE, { id });
    expect(data.deleteCheckoutSession).toEqual({ deletedId: id, checkoutSession: null, userErrors: [] });
    expect(errors).toMatchObject([
      { path: ['deleteCheckoutSession', 'checkoutSession'], extensions: { code: 'UPSTREAM_ERROR' } },
    ]);
  });
});
