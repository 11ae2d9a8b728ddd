import { type JsonServer, type ReceivedRequest, type Reply, startJsonServer } from '../helpers/json-server.ts';

/** The provider of the guide, as its API document would have it. */
export const API_KEY = 'acme-key';

const CREATED = 1793534400;

/** Oldest first; metadata as text, since an object would not keep the order of its keys. */
const CHECKOUTS = [
  checkout(1, { state: 'paid', paid: CREATED + 500, tags: '{}' }),
  checkout(2, { state: 'lapsed', tags: 'null' }),
  checkout(3, { state: 'waiting', tags: '{"order":"A-7","10":"ten","2":12345678901234567890}' }),
];

function checkout(number: number, { tags, ...properties }: { state: string; paid?: number; tags: string }) {
  const id = `co_${number}`;
  const json = JSON.stringify({
    id,
    buyer_id: 'buyer_1',
    created: CREATED + number,
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
  return { id, json: `${json.slice(0, -1)},"tags":${tags}}` };
}

export const startAcmePay = (): Promise<JsonServer> => startJsonServer(answer);

function answer({ method, path, query, headers }: ReceivedRequest): Reply {
  if (headers.authorization !== `Bearer ${API_KEY}`) return { status: 401, body: { error: 'unauthorized' } };
  if (method !== 'GET') return { status: 405, body: { error: 'method not allowed' } };
  if (path === '/v2/checkouts') return { body: `{"checkouts":[${page(query).join(',')}]}` };
  const found = CHECKOUTS.find(({ id }) => path === `/v2/checkouts/${id}`);
  return found ? { body: `{"checkout":${found.json}}` } : { status: 404, body: { error: 'no such checkout' } };
}

function page(query: URLSearchParams): string[] {
  const newestFirst = CHECKOUTS.toReversed();
  const start = newestFirst.findIndex(({ id }) => id === query.get('after')) + 1;
  return newestFirst.slice(start, start + Number(query.get('limit') ?? 10)).map(({ json }) => json);
}
