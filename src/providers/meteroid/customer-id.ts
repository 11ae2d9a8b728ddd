/**
 * Whether a text is an id of Meteroid's own, a UUID in base 62: its list refuses any other name of a customer. What is
 * shorter is an alias, such as the id of the same customer at Stripe, which begins alike.
 */
export const isCustomerId = (text: string): boolean => /^cus_[0-9A-Za-z]{21,22}$/.test(text);
