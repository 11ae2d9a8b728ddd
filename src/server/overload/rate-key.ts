import { ANYONE, type Caller } from '../../checkout/caller.ts';

/**
 * Who is counted as one. Where callers are not told apart it is the address that a connection comes from: what a proxy
 * says in a header can be said by anybody.
 */
export const rateKey = (caller: Caller, address: string | undefined): string =>
  caller === ANYONE ? `address ${address ?? ''}` : `caller ${caller.name}`;
