/** Whether a text is an id of Meteroid's own: its list refuses any other name of a customer. */
export const isCustomerId = (text: string): boolean => /^cus_[0-9A-Za-z]+$/.test(text);
