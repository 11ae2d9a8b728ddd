import type { SessionKey } from '../checkout/global-id.ts';
import type { ChangeNotice } from './broker.ts';

/** The same for the same session and no other: no provider's name has a colon. */
export const sessionText = ({ provider, providerId }: SessionKey): string => `${provider}:${providerId}`;

/** Two notices of one session as one: the later, but what was before both. */
export const joined = (earlier: ChangeNotice, later: ChangeNotice): ChangeNotice => ({
  ...later,
  previousStatus: earlier.previousStatus,
});
