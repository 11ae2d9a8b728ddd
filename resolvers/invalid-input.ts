import type { UserError } from '../src/checkout/change.ts';

/** @param field path below `input` */
export const invalid = (message: string, ...field: string[]): UserError => ({
  code: 'INVALID',
  message,
  field: ['input', ...field],
});
