import type { UserError } from '../src/checkout/change.ts';
import type { SessionKey } from '../src/checkout/global-id.ts';

/** What a mutation hands to the fields of its payload. */
export type ChangePayload = {
  /** The session that was changed or made, to be read. */
  changed: SessionKey | null;
  userErrors: UserError[];
};

export type DeletePayload = ChangePayload & { deletedId: string | null };
