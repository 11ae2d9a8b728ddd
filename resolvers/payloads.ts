import type { UserError } from '../src/changing/delete-session.ts';
import type { SessionKey } from '../src/checkout/global-id.ts';

/** What the mutation hands to the fields of its payload. */
export type DeletePayload = {
  deletedId: string | null;
  /** The session that was changed, to be read anew. */
  changed: SessionKey | null;
  userErrors: UserError[];
};
