import { type ProviderName, type Sandbox, type SandboxOptions, startSandbox } from '../../sandbox/index.ts';

export type Json = Record<string, unknown>;
/** `json` is what JSON.parse makes of it: tests look into it freely. */
export type Reply = { status: number; headers: Headers; json: ReturnType<typeof JSON.parse>; text: string };

export type Request = {
  method?: string;
  body?: unknown;
  headers?: Record<string, string>;
  query?: Record<string, string>;
};

/** Noon of a fixed day, in the middle of a second: what tests begin at. */
export const NOON = Date.UTC(2026, 5, 15, 12, 0, 0, 250);

export const PATHS = {
  flexprice: '/checkout/sessions',
  meteroid: '/api/v1/checkout-sessions',
  flex: '/v1/checkout/sessions',
} as const;

export const credentials = (sandbox: Sandbox, provider: ProviderName): Record<string, string> => {
  const { apiKey } = sandbox.providers[provider];
  return provider === 'flexprice' ? { 'x-api-key': apiKey } : { authorization: `Bearer ${apiKey}` };
};

export async function send(url: string, { method, body, headers, query }: Request = {}): Promise<Reply> {
  const search = query === undefined ? '' : `?${new URLSearchParams(query)}`;
  const response = await fetch(url + search, {
    method: method ?? (body === undefined ? 'GET' : 'POST'),
    headers: { 'content-type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, json: text === '' ? undefined : JSON.parse(text) };
}

/** Asks a provider with the right credentials; `path` is what follows its collection of sessions. */
export function ask(sandbox: Sandbox, provider: ProviderName, path = '', request: Request = {}): Promise<Reply> {
  const url = sandbox.providers[provider].baseUrl + PATHS[provider] + path;
  return send(url, { ...request, headers: { ...credentials(sandbox, provider), ...request.headers } });
}

export const begin = (options: SandboxOptions = {}): Promise<Sandbox> => startSandbox({ now: NOON, ...options });

export const SHOP = 'https://shop.example.com/';

export const BODIES = {
  flexprice: {
    customer_external_id: 'user_1001',
    action: 'create_subscription',
    payment_provider: 'razorpay',
    configuration: {
      create_subscription_params: { plan_id: 'plan_a', currency: 'USD', billing_period: 'MONTHLY' },
    },
    success_url: SHOP,
    metadata: { b: '2', a: '1' },
  },
  meteroid: { customer_id: 'user_1001', plan_version_id: 'plv_7n42DGM5Tflk9n8mt7Fhc7' },
  flex: {
    checkout_session: {
      success_url: `${SHOP}?id={CHECKOUT_SESSION_ID}`,
      line_items: [{ price: 'fprice_any', quantity: 2 }, { price_data: { product: 'fprod_x', unit_amount: 1999 } }],
    },
  },
} as const;
