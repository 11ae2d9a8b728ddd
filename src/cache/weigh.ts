// What V8 takes on 64 bits, about: headers, the slot of each property, and a byte for each character.
const STRING = 24;
const SLOT = 8;
const NUMBER = 8;
const OBJECT = 32;
const ARRAY = 32;
const OTHER = 16;

/**
 * About how many bytes of memory a value takes. What is shared within it counts as often as it occurs.
 * @param limit where counting stops: who asks cannot keep more anyway, and a value that holds itself would never end
 */
export function weigh(value: unknown, limit = Number.POSITIVE_INFINITY): number {
  let bytes = 0;
  // Not recursive: providers' JSON may be nested deeper than the stack.
  const rest: unknown[] = [value];
  while (rest.length > 0 && bytes <= limit) {
    const part = rest.pop();
    if (typeof part === 'string') bytes += STRING + part.length;
    else if (typeof part === 'number') bytes += NUMBER;
    else if (Array.isArray(part)) {
      bytes += ARRAY + part.length * SLOT;
      for (const element of part) if (costs(element)) rest.push(element);
    } else if (typeof part === 'object' && part !== null) {
      bytes += OBJECT;
      for (const name in part) {
        bytes += SLOT;
        const property = (part as Record<string, unknown>)[name];
        if (costs(property)) rest.push(property);
      }
    } else bytes += OTHER;
  }
  return bytes;
}

/** Whether it takes more than its slot. */
const costs = (value: unknown) => value !== null && value !== undefined && typeof value !== 'boolean';
