/** Every series of our own begins with it. */
export const PREFIX = 'checkout_gateway';
