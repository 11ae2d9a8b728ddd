/** A path into JSON: names of properties and indexes of elements. */
export type JsonPath = readonly (string | number)[];

/**
 * Finds where in a text the value at a path stands, without building anything: what JSON.parse would have lost is still
 * there. The text must be JSON that has been parsed before; of a name that stands twice the last counts, as there.
 * @returns the value's own text; undefined when there is none
 */
export function sliceJson(text: string, path: JsonPath): string | undefined {
  let start = skipSpace(text, 0);
  for (const step of path) {
    const found = typeof step === 'number' ? elementAt(text, start, step) : memberOf(text, start, step);
    if (found === undefined) return undefined;
    start = found;
  }
  return text.slice(start, endOfValue(text, start));
}

/**
 * Gives the text of each element of the list at a path, the empty one where there is none; see `sliceJson`. They are found
 * when the first is asked for, in one go: to look for each from the start takes the square of the text's length.
 */
export function elementTexts(text: string, path: JsonPath): (index: number) => string {
  let texts: string[] | undefined;
  return (index) => {
    texts ??= sliceElements(text, path);
    return texts[index] ?? '';
  };
}

function sliceElements(text: string, path: JsonPath): string[] {
  const list = sliceJson(text, path) ?? '';
  const texts: string[] = [];
  for (let at = elementAt(list, 0, 0); at !== undefined && at < list.length - 1; at = nextAfter(list, at)) {
    texts.push(list.slice(at, endOfValue(list, at)));
  }
  return texts;
}

/** Where the value of the last property of that name begins. */
function memberOf(text: string, start: number, name: string): number | undefined {
  if (text[start] !== '{') return undefined;
  let found: number | undefined;
  let at = skipSpace(text, start + 1);
  while (text[at] === '"') {
    const nameEnd = endOfString(text, at);
    const value = skipSpace(text, skipSpace(text, nameEnd) + 1);
    if (sameName(text.slice(at, nameEnd), name)) found = value;
    at = nextAfter(text, value);
  }
  return found;
}

function elementAt(text: string, start: number, index: number): number | undefined {
  if (text[start] !== '[') return undefined;
  let at = skipSpace(text, start + 1);
  for (let passed = 0; passed < index && at < text.length && text[at] !== ']'; passed++) at = nextAfter(text, at);
  return at < text.length && text[at] !== ']' ? at : undefined;
}

/** Where the next property or element begins, or the closing bracket stands. */
function nextAfter(text: string, value: number): number {
  const end = skipSpace(text, endOfValue(text, value));
  return text[end] === ',' ? skipSpace(text, end + 1) : end;
}

const sameName = (quoted: string, name: string): boolean =>
  quoted.includes('\\') ? JSON.parse(quoted) === name : quoted.length === name.length + 2 && quoted.startsWith(name, 1);

const QUOTE = 34;
const BACKSLASH = 92;

/** Where the string ends that begins at `start`. Jumps from quote to quote: most of a JSON text is strings. */
export function endOfString(text: string, start: number): number {
  for (let at = text.indexOf('"', start + 1); at >= 0; at = text.indexOf('"', at + 1)) {
    let slashes = 0;
    while (text.charCodeAt(at - 1 - slashes) === BACKSLASH) slashes++;
    if (slashes % 2 === 0) return at + 1;
  }
  return text.length;
}

function endOfValue(text: string, start: number): number {
  let depth = 0;
  for (let at = start; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      at = endOfString(text, at) - 1;
      if (depth === 0) return at + 1;
    } else if (isOpening(code)) depth++;
    else if (isClosing(code)) {
      // At no depth it closes what holds the value.
      if (depth === 0) return at;
      if (--depth === 0) return at + 1;
    } else if (depth === 0 && isEnd(code)) return at;
  }
  return text.length;
}

const isOpening = (code: number): boolean => code === 123 || code === 91;
const isClosing = (code: number): boolean => code === 125 || code === 93;
const isEnd = (code: number): boolean => code === 44 || isSpace(code);
const isSpace = (code: number): boolean => code === 32 || code === 10 || code === 13 || code === 9;

/** Where the first character stands that is no space. */
export function skipSpace(text: string, start: number): number {
  let at = start;
  while (isSpace(text.charCodeAt(at))) at++;
  return at;
}
