/** Objects and lists inside one another: more than anything that a provider takes, and far less than the stack does. */
export const MAX_JSON_LEVELS = 200;

/** Whether a JSON value is nested too deeply to be worked with. */
export const isTooDeep = (value: unknown, levels = MAX_JSON_LEVELS): boolean =>
  typeof value === 'object' &&
  value !== null &&
  (levels === 0 || Object.values(value).some((part) => isTooDeep(part, levels - 1)));
