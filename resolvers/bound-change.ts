import type { Change, NewSession, UserError } from '../src/checkout/change.ts';
import { GatewayError } from '../src/checkout/errors.ts';
import { NO_EXPANSION } from '../src/checkout/provider.ts';
import type { ProviderName } from '../src/checkout/provider-name.ts';
import type { GatewayContext } from './context.ts';

type Who = Pick<GatewayContext, 'who' | 'reading'>;

/**
 * Why a change is out of reach for a caller that is bound to customers, before anything of it is sent or written down: the
 * session does not exist for them, or is not to be made in their name.
 */
export async function objectionsTo(
  provider: ProviderName,
  change: Change,
  idempotencyKey: string | null,
  { who, reading }: Who,
): Promise<UserError[]> {
  if (change.kind === 'CREATE') return problemsOfNew(change.session, who);
  try {
    const session = await reading.session({ provider, providerId: change.providerId }, NO_EXPANSION);
    return session ? [] : [NO_SUCH_SESSION];
  } catch (error) {
    throw error instanceof GatewayError ? nothingSent(error, idempotencyKey) : error;
  }
}

/** Word for word what is answered for one that its provider does not have. */
const NO_SUCH_SESSION: UserError = {
  code: 'NOT_FOUND',
  message: 'The provider has no such checkout session.',
  field: ['input', 'id'],
};

/** An earlier request with the key may have been sent all the same. */
const nothingSent = ({ code, message, provider, retryable, retryAfterMs }: GatewayError, key: string | null) =>
  new GatewayError(code, `${message} The session could not be looked up; this request changed nothing.`, {
    retryable,
    ...(provider && { provider }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
    ...(key !== null && { safeWithNewKey: false }),
  });

function problemsOfNew(session: NewSession, { customers }: GatewayContext['who']): UserError[] {
  const own = customers?.filter(({ provider }) => provider === session.provider) ?? [];
  const byId = (id: string | undefined, ...path: string[]) =>
    own.some((customer) => customer.id === id) ? [] : [notOwn('id', ...path)];
  switch (session.provider) {
    case 'FLEXPRICE': {
      const { customerExternalId } = session;
      const isOwn = own.some(({ externalId }) => externalId === customerExternalId);
      return isOwn ? [] : [notOwn('external id', 'flexprice', 'customerExternalId')];
    }
    case 'METEROID':
      return byId(session.customerId, 'meteroid', 'customerId');
    case 'FLEX': {
      const { customerId, defaults } = session;
      return [
        ...byId(customerId, 'flex', 'customerId'),
        ...(defaults?.customerId === undefined ? [] : byId(defaults.customerId, 'flex', 'defaults', 'customerId')),
      ];
    }
  }
}

/** The same for a customer of somebody else and for one that does not exist. */
const notOwn = (name: 'id' | 'external id', ...path: string[]): UserError => ({
  code: 'INVALID',
  message: `Expected the ${name} of a customer that this caller is bound to.`,
  field: ['input', 'session', ...path],
});
