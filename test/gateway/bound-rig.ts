import { type Caller, SCOPES } from '../../src/checkout/caller.ts';
import { globalId } from '../../src/checkout/global-id.ts';
import { startTestGateway, type TestGateway } from '../helpers/gateway.ts';
import { startTestSandbox } from '../helpers/sandbox.ts';

export type Sandbox = Awaited<ReturnType<typeof startTestSandbox>>;

const NAMES = { FLEXPRICE: 'flexprice', METEROID: 'meteroid', FLEX: 'flex' } as const;
/** The providers of the sandbox. */
type BoundProvider = keyof typeof NAMES;
export type Customer = { provider: BoundProvider; id: string };
export const PROVIDERS = ['FLEXPRICE', 'METEROID', 'FLEX'] as const;

/** One person at all three providers. */
export const customersOf = (person: string): Customer[] => [
  { provider: 'FLEXPRICE', id: `cust_${person}` },
  { provider: 'METEROID', id: `cus_${person}` },
  { provider: 'FLEX', id: `fcus_${person}` },
];

export const bound = (name: string, customers: Caller['customers']): Caller => ({
  name,
  scopes: new Set(SCOPES),
  customers,
});

/** Who is bound, and not bound, in most tests; `twin` has ada's name. */
export const CALLERS = {
  ada: bound('shop', customersOf('ada')),
  bob: bound('bob', customersOf('bob')),
  twin: bound('shop', customersOf('bob')),
  flexOnly: bound('flexOnly', [{ provider: 'FLEX', id: 'fcus_ada' }]),
  nobody: bound('nobody', []),
  admin: bound('admin', null),
} satisfies Record<string, Caller>;

const CUSTOMER_PROPERTY = { FLEXPRICE: 'customer_id', METEROID: 'customer_id', FLEX: 'customer' } as const;

/** Puts a customer's session there; nobody's at Flex without one. Gives the provider's id. */
export function put(
  { control }: Sandbox,
  provider: BoundProvider,
  customer: string | null,
  properties: Record<string, unknown> = {},
): string {
  const named = customer === null ? {} : { [CUSTOMER_PROPERTY[provider]]: customer };
  const made = control.create({ provider: NAMES[provider], ...named, ...properties });
  return String(made.checkout_session_id ?? made.id);
}

export type BoundWorld = {
  sandbox: Sandbox;
  gateway: TestGateway;
  /** Global ids of the sessions of ada and of bob, one at each provider, in the order of PROVIDERS. */
  ada: string[];
  bob: string[];
  close(): Promise<void>;
};

/** Sessions of two customers, all of which the gateway knows, and a gateway that tells callers apart. */
export async function openBoundWorld(
  settings: Partial<Parameters<typeof startTestGateway>[0]> = {},
  sessions = 3,
): Promise<BoundWorld> {
  const sandbox = await startTestSandbox({ sessions });
  const gateway = await startTestGateway({ providers: sandbox.addresses, callers: CALLERS, ...settings });
  const idsOf = (person: string) =>
    customersOf(person).map(({ provider, id }) => globalId(provider, put(sandbox, provider, id)));
  const [ada, bob] = [idsOf('ada'), idsOf('bob')];
  await gateway.ask('query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', { ids: [...ada, ...bob] });
  return {
    sandbox,
    gateway,
    ada,
    bob,
    async close() {
      await gateway.stop();
      await sandbox.stop();
    },
  };
}

export const sandboxName = (provider: BoundProvider) => NAMES[provider];
