import { expect } from 'vitest';
import type { Change } from '../../src/checkout/change.ts';
import type { ChangesRig, SandboxedName } from './changes-rig.ts';

/** A word that no provider's text must carry to a caller. */
export const CANARY = 'canary-4711';

/** The errors of a refusal, as `CODE path.to.field`; none of their sentences repeats what the provider said. */
export async function refusal(rig: ChangesRig, name: SandboxedName, change: Change, key?: string): Promise<string[]> {
  const answer = await rig.send(name, change, key);
  if (answer.is !== 'REFUSED') throw new Error(`Expected a refusal, got ${answer.is}.`);
  expect(rig.effects(name)).toEqual({});
  return answer.errors.map(({ code, message, field }) => {
    expect(message).toMatch(/^[A-Z][\w ,;.-]+\.$/);
    expect(message).not.toContain(CANARY);
    return `${code} ${field?.join('.')}`;
  });
}
