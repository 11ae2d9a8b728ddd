import type { IncomingMessage } from 'node:http';
import { Refusal } from './refusal.ts';

/**
 * What a request is refused with for its `Host`, as HTTP wants it. Of several Node shows the first, while a proxy may have
 * gone by another.
 */
export function hostRefusal({ httpVersion, headersDistinct }: IncomingMessage): Refusal | undefined {
  const count = headersDistinct.host?.length ?? 0;
  if (count > 1) return new Refusal(400, `A request has one Host header, and this one came with ${count}.`);
  if (count === 0 && httpVersion === '1.1') return new Refusal(400, 'A request needs a Host header.');
  return undefined;
}
