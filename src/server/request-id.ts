import { randomUUID } from 'node:crypto';

const ACCEPTABLE = /^[A-Za-z0-9._-]{1,64}$/;

/** The caller's own id when it is harmless in headers, logs and JSON, else a fresh one. */
export const requestIdFrom = (header: string | string[] | undefined): string =>
  typeof header === 'string' && ACCEPTABLE.test(header) ? header : randomUUID();
