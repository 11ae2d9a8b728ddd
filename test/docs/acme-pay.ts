import { type JsonServer, type ReceivedRequest, type Reply, startJsonServer } from '../helpers/json-server.ts';

/** The provider of the guide, as its API document would have it. */
export const API_KEY = 'acme-key';

const CREATED = 1793534400;

/** What the list can be narrowed by, and all that is sent. */
type Checkout = { id: string; state: string; buyer: string; created: number; json: string };

/** Metadata as text, since an object would not keep the order of its keys. */
const NEWEST_FIRST = [
  checkout(3, { state: 'waiting', tags: '{"order":"A-7","10":"ten","2":12345678901234567890}' }),
  checkout(2, { state: 'lapsed', tags: 'null' }),
  checkout(1, { state: 'paid', paid: CREATED + 500, tags: '{}' }),
];

function checkout(number: number, { tags, ...properties }: { state: string; paid?: number; tags: string }): Checkout {
  const [id, buyer, created] = [`co_${number}`, `buyer_${number % 2}`, CREATED + number];
  const json = JSON.stringify({
    id,
    buyer_id: buyer,
    created,
    expires: CREATED + 3600,
    installments: number,
    kind: 'one_off',
    live: false,
    pay_url: `https://pay.acmepay.example/${id}`,
    return_url: 'https://shop.example/thanks',
    storefront: 'north',
    total: { value: 1999, currency: 'eur' },
    ...properties,
  });
  return { id, state: properties.state, buyer, created, json: `${json.slice(0, -1)},"tags":${tags}}` };
}

/** @param gone ids of checkouts that it has no more; may change while it runs */
export const startAcmePay = (gone: ReadonlySet<string>): Promise<JsonServer> =>
  startJsonServer((request) =>
    answer(
      request,
      NEWEST_FIRST.filter(({ id }) => !gone.has(id)),
    ),
  );

function answer({ method, path, query, headers }: ReceivedRequest, checkouts: readonly Checkout[]): Reply {
  if (headers.authorization !== `Bearer ${API_KEY}`) return { status: 401, body: { error: 'unauthorized' } };
  if (method !== 'GET') return { status: 405, body: { error: 'method not allowed' } };
  if (path === '/v2/checkouts') return list(query, checkouts);
  const found = checkouts.find(({ id }) => path === `/v2/checkouts/${id}`);
  return found ? { body: `{"checkout":${found.json}}` } : { status: 404, body: { error: 'no such checkout' } };
}

function list(query: URLSearchParams, checkouts: readonly Checkout[]): Reply {
  const number = (name: string, otherwise: number) => Number(query.get(name) ?? otherwise);
  const limit = number('limit', 10);
  // -1 for one that is not there, null when none is asked for.
  const placeOf = (name: string) => (query.has(name) ? checkouts.findIndex(({ id }) => id === query.get(name)) : null);
  const [after, before] = [placeOf('after'), placeOf('before')];
  if (after === -1 || before === -1) return { status: 404, body: { error: 'no such checkout' } };
  const isAsked = ({ state, buyer, created }: Checkout): boolean =>
    (query.get('state')?.split(',').includes(state) ?? true) &&
    (query.get('buyer') ?? buyer) === buyer &&
    created >= number('created_from', 0) &&
    created <= number('created_to', created);
  // Nobody names both ends of a page.
  const found = checkouts.slice(after === null ? 0 : after + 1, before ?? undefined).filter(isAsked);
  const skip = number('skip', 0);
  const page = before === null ? found.slice(skip, skip + limit) : found.slice(-limit);
  return { body: `{"checkouts":[${page.map(({ json }) => json).join(',')}]}` };
}
