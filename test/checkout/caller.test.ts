import { expect, test } from 'vitest';
import { bindingOf, type Caller, ownerOf } from '../../src/checkout/caller.ts';

const callerOf = (name: string, customers: Caller['customers']): Caller => ({ name, scopes: new Set(), customers });

const ADA = [{ provider: 'FLEX', id: 'ada' }] as const;

test('no name makes one caller the owner of what another made', () => {
  const bound = callerOf('jwt:alice', ADA);
  expect(ownerOf(bound)).not.toBe(ownerOf(callerOf('jwt:alice', null)));
  for (const name of [`jwt:alice of ${bindingOf(bound)}`, `jwt:alice","${bindingOf(bound)}`]) {
    expect(ownerOf(callerOf(name, null))).not.toBe(ownerOf(bound));
    expect(ownerOf(callerOf(name, ADA))).not.toBe(ownerOf(bound));
  }
});

test('the same caller is the same owner, however its customers are named', () => {
  expect(ownerOf(callerOf('alice', [...ADA, ...ADA]))).toBe(ownerOf(callerOf('alice', ADA)));
});
