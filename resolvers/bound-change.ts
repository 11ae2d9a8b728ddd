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

function problemsOfNew(session: NewSession, who: GatewayContext['who']): UserError[] {
  switch (session.provider) {
    case 'FLEXPRICE':
      throw new GatewayError(
        'FORBIDDEN',
        "Flexprice names the customer of a new session by the merchant's own id, which cannot be told to be one of the " +
          'customers that this caller is bound to. A caller that is bound to none has to make it.',
        { provider: 'FLEXPRICE' },
      );
    case 'METEROID':
      return notOwn(session.customerId, who, session.provider, 'meteroid', 'customerId');
    case 'FLEX':
      return [
        ...notOwn(session.customerId, who, session.provider, 'flex', 'customerId'),
        ...(session.defaults?.customerId === undefined
          ? []
          : notOwn(session.defaults.customerId, who, session.provider, 'flex', 'defaults', 'customerId')),
      ];
  }
}

/** The same for a customer of somebody else and for one that does not exist. */
function notOwn(
  id: string | undefined,
  { customers }: GatewayContext['who'],
  provider: ProviderName,
  ...path: string[]
) {
  if (customers?.some((own) => own.provider === provider && own.id === id)) return [];
  const error: UserError = {
    code: 'INVALID',
    message: 'Expected the id of a customer that this caller is bound to.',
    field: ['input', 'session', ...path],
  };
  return [error];
}
