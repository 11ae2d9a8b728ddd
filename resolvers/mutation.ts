import type { Change, ChangeKind, UserError } from '../src/checkout/change.ts';
import { parseGlobalId } from '../src/checkout/global-id.ts';
import { NO_EXPANSION } from '../src/checkout/provider.ts';
import type { ProviderName } from '../src/checkout/provider-name.ts';
import { objectionsTo } from './bound-change.ts';
import { captureOf, newSessionOf, problemsOf, refundOf } from './change-input.ts';
import type { GatewayContext } from './context.ts';
import type {
  CheckoutSessionPayloadResolvers,
  DeleteCheckoutSessionPayloadResolvers,
  MutationResolvers,
} from './generated/types.ts';
import type { ChangePayload } from './payloads.ts';
import { expansionOf } from './selection.ts';

export const Mutation: MutationResolvers = {
  createCheckoutSession(_, { input: { idempotencyKey, session: input } }, context) {
    const session = newSessionOf(input);
    return make(session.provider, { kind: 'CREATE', session }, idempotencyKey, context);
  },
  cancelCheckoutSession: (_, { input }, context) => act('CANCEL', input, context),
  async deleteCheckoutSession(_, { input }, context) {
    const payload = await act('DELETE', input, context);
    // So that lists learn of it; should that fail, the session is put away all the same.
    if (payload.changed) await context.reading.session(payload.changed, NO_EXPANSION).catch(() => null);
    return { ...payload, deletedId: payload.changed ? input.id : null };
  },
  captureCheckoutSession(_, { input }, context) {
    const { provider, providerId } = parseGlobalId(input.id);
    return make(provider, captureOf(providerId, input), input.idempotencyKey, context);
  },
  refundCheckoutSession(_, { input }, context) {
    const { provider, providerId } = parseGlobalId(input.id);
    return make(provider, refundOf(providerId, input), input.idempotencyKey, context);
  },
  confirmCheckoutSession(_, { input: { id, idempotencyKey, paymentMethod } }, context) {
    const { provider, providerId } = parseGlobalId(id);
    return make(provider, { kind: 'CONFIRM', providerId, paymentMethod }, idempotencyKey, context);
  },
  reauthorizeCheckoutSession: (_, { input }, context) => act('REAUTHORIZE', input, context),
};

/** Read anew, when it is selected: a read that fails must not hide that the change was made. */
const checkoutSession: CheckoutSessionPayloadResolvers['checkoutSession'] = ({ changed }, _, { reading }, info) =>
  changed ? reading.session(changed, expansionOf(info)) : null;

export const CheckoutSessionPayload: CheckoutSessionPayloadResolvers = { checkoutSession };

export const DeleteCheckoutSessionPayload: DeleteCheckoutSessionPayloadResolvers = { checkoutSession };

function act(
  kind: 'CANCEL' | 'DELETE' | 'REAUTHORIZE',
  { id, idempotencyKey }: { id: string; idempotencyKey?: string | null },
  context: GatewayContext,
): Promise<ChangePayload> {
  const { provider, providerId } = parseGlobalId(id);
  return make(provider, { kind, providerId }, idempotencyKey ?? null, context);
}

async function make(
  name: ProviderName,
  change: Change,
  idempotencyKey: string | null,
  context: GatewayContext,
): Promise<ChangePayload> {
  const provider = context.providers.get(name);
  if (!provider) return refusal(notEnabled(change.kind));
  const problems = problemsOf(idempotencyKey, change);
  if (problems.length > 0) return refusal(...problems);
  const { changes, caller, who, call, reading, notes } = context;
  const isBound = who.customers !== null;
  const result = await changes.make({
    ...{ change, provider, caller, idempotencyKey, call },
    ...(isBound && { objections: () => objectionsTo(name, change, idempotencyKey, context) }),
  });
  notes.isReplayed ||= result.isReplayed;
  const { providerId, userErrors } = result;
  const changed = providerId === null ? null : { provider: name, providerId };
  if (changed) reading.forgetHere(changed);
  return { changed, userErrors };
}

const refusal = (...userErrors: UserError[]): ChangePayload => ({ changed: null, userErrors });

const notEnabled = (kind: ChangeKind): UserError =>
  kind === 'CREATE'
    ? { code: 'UNSUPPORTED_OPERATION', message: 'This provider is not enabled.', field: ['input', 'session'] }
    : {
        code: 'NOT_FOUND',
        message: 'There is no such checkout session: its provider is not enabled.',
        field: ['input', 'id'],
      };
