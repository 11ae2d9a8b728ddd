import { type Money, money } from '../../checkout/money.ts';

/** Flex takes US dollars only, in whole cents. */
export const usd = (cents: number | null | undefined): Money | null => (cents == null ? null : money(cents, 'USD'));
