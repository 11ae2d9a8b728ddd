import { describe, expect, test } from 'vitest';
import { storedOf } from '../../src/changing/stored.ts';
import { GatewayError } from '../../src/checkout/errors.ts';
import type { Operation } from '../../src/ledger/operations.ts';
import { rejected } from '../../src/providers/bad-response.ts';

describe('a refusal that a provider may keep under its key', () => {
  const NOT_KEPT = [401, 403, 408, 409, 425, 429];
  test.each([400, 402, 404, 405, 410, 418, 422, 451, 499, ...NOT_KEPT, 500, 503])('%i', (status) => {
    const isKept = status < 500 && !NOT_KEPT.includes(status);
    expect(rejected('FLEX', status).wasRefused).toBe(isKept);
    expect(rejected('FLEX', status).extensions).not.toHaveProperty('wasRefused');
    // Under a key that may have done it, it is to be asked for again.
    expect(rejected('FLEX', status, { mayHaveHappened: true }).wasRefused).toBe(false);
  });

  test('is none where nothing says so', () => {
    expect(new GatewayError('UPSTREAM_ERROR', 'No.').wasRefused).toBe(false);
  });

  test.each([
    [400, 3],
    [429, 2],
  ])('is counted, so that the next attempt has another key: %i', (status, refusals) => {
    const operation = { result: JSON.stringify({ userErrors: [], refusals: 2 }) } as Operation;
    const [state, result] = storedOf(operation, { is: 'NOT_DONE', error: rejected('FLEX', status) });
    expect(state).toBe('FAILED');
    expect(JSON.parse(result ?? '')).toMatchObject({ refusals });
  });
});
