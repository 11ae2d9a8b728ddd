import { deleteSession } from '../src/changing/delete-session.ts';
import { parseGlobalId } from '../src/checkout/global-id.ts';
import type { DeleteCheckoutSessionPayloadResolvers, MutationResolvers } from './generated/types.ts';
import { expansionOf } from './selection.ts';

export const Mutation: MutationResolvers = {
  async deleteCheckoutSession(_, { input }, { providers, reading, call }) {
    const key = parseGlobalId(input.id);
    const result = await deleteSession(key, providers, reading, call);
    return result.deleted
      ? { deletedId: input.id, changed: key, userErrors: [] }
      : { deletedId: null, changed: null, userErrors: [result.error] };
  },
};

export const DeleteCheckoutSessionPayload: DeleteCheckoutSessionPayloadResolvers = {
  // Read anew, when it is selected: a read that fails must not hide that the session was deleted.
  checkoutSession: ({ changed }, _, { reading }, info) =>
    changed ? reading.session(changed, expansionOf(info)) : null,
};
