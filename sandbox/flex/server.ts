import { type Answer, answerCall, type Call, type Face, type Route } from '../api.ts';
import { countBy, type ProviderSandbox } from '../provider.ts';
import type { World } from '../world.ts';
import { cancelCall, capture, confirm, find, reauth, refund, refundAllocation } from './changes.ts';
import { create } from './create.ts';
import { failure } from './errors.ts';
import { handlesOf } from './handles.ts';
import { Idempotency, keyOf } from './idempotency.ts';
import { listPage } from './list.ts';
import { readExpansion, readListQuery, unknownExpansions } from './query.ts';
import { exampleId, seededStore } from './seed.ts';
import { flexJson, lineItemJson } from './shape.ts';
import type { FlexStore } from './store.ts';
import { webhooksOf } from './webhooks.ts';

export const FLEX_KEY = 'fsk_test_sandbox';

function get(store: FlexStore, { id, request }: Call): Answer {
  const expand = readExpansion(request.query);
  const session = find(store, id);
  return {
    status: 200,
    body: { checkout_session: flexJson(session, store.world, expand) },
    ignored: unknownExpansions(request.query),
  };
}

function list(store: FlexStore, { request }: Call): Answer {
  const { input, ignored } = readListQuery(request.query);
  const expand = readExpansion(request.query);
  const page = listPage(store, input);
  return { status: 200, body: { checkout_sessions: page.map((one) => flexJson(one, store.world, expand)) }, ignored };
}

function lineItems(store: FlexStore, { id }: Call): Answer {
  return { status: 200, body: { line_items: find(store, id).lineItems.map(lineItemJson) } };
}

/** Every call that changes something honours `Idempotency-Key`; confirm demands it. */
function changing(store: FlexStore): Route[] {
  const kept = new Idempotency(store.world);
  const post = (path: RegExp, run: (store: FlexStore, call: Call) => Answer): Route => ({
    method: 'POST',
    path,
    run: (call) => {
      // A body that is not JSON is refused before its key is used up.
      call.body();
      return kept.once(call.request, () => run(store, call));
    },
  });
  const confirmRoute = post(/^\/v1\/checkout\/sessions\/([^/]+)\/confirm$/, confirm);
  return [
    post(/^\/v1\/checkout\/sessions$/, create),
    post(/^\/v1\/checkout\/sessions\/([^/]+)\/cancel$/, cancelCall),
    post(/^\/v1\/checkout\/sessions\/([^/]+)\/capture$/, capture),
    post(/^\/v1\/checkout\/sessions\/([^/]+)\/refund$/, refund),
    post(/^\/v1\/checkout\/sessions\/([^/]+)\/reauth$/, reauth),
    {
      ...confirmRoute,
      run: (call) => {
        if (keyOf(call.request) !== null) return confirmRoute.run(call);
        return failure(400, 'The Idempotency-Key header is required.', { param: 'Idempotency-Key' });
      },
    },
  ];
}

export function flexSandbox(world: World): ProviderSandbox {
  const store = seededStore(world);
  const face: Face = {
    authorised: (headers) => /^Bearer (.+)$/i.exec(headers.authorization ?? '')?.[1] === FLEX_KEY,
    failure,
    routes: [
      { method: 'GET', path: /^\/v1\/checkout\/sessions$/, run: (call) => list(store, call) },
      { method: 'GET', path: /^\/v1\/checkout\/sessions\/([^/]+)$/, run: (call) => get(store, call) },
      { method: 'GET', path: /^\/v1\/checkout\/sessions\/([^/]+)\/line_items$/, run: (call) => lineItems(store, call) },
      {
        method: 'POST',
        path: /^\/v1\/checkout\/sessions\/([^/]+)\/refund_allocation$/,
        run: (call) => refundAllocation(store, call),
      },
      ...changing(store),
    ],
  };
  return {
    name: 'flex',
    example: exampleId(world),
    answer: (request) => answerCall(face, request),
    failure,
    handles: handlesOf(store),
    webhooks: webhooksOf(store),
    counts: () => countBy(store.records.oldestFirst(), (session) => session.status),
  };
}
