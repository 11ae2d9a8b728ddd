/** What a guide tells to do to one file. */
export type Step =
  | { kind: 'write'; path: string; text: string }
  | { kind: 'edit'; path: string; before: string; after: string };

const FENCE = /^```(\w+)(?: title="([^"]+)")?\n(.*?)^```$/gms;

/** Blocks that only show how something is called. */
const COMMANDS: ReadonlySet<string> = new Set(['sh']);

/**
 * The steps of a guide, in its order: each block is a whole file or, in the language diff, an edit.
 * @throws Error for a block that does not say which file it is about
 */
export function stepsOf(markdown: string): Step[] {
  return [...markdown.matchAll(FENCE)].flatMap(([, language = '', path, text = '']): Step[] => {
    if (COMMANDS.has(language)) return [];
    if (path === undefined) throw new Error(`Expected a title with a path on every block, got:\n${text}`);
    return [language === 'diff' ? editOf(path, text) : { kind: 'write', path, text }];
  });
}

function editOf(path: string, diff: string): Step {
  const lines = diff.split('\n').slice(0, -1);
  const without = (sign: string) => lines.filter((line) => !line.startsWith(sign)).map((line) => `${line.slice(1)}\n`);
  const odd = lines.find((line) => !/^[ +-]/.test(line));
  if (odd !== undefined) throw new Error(`Expected a space, + or - before each line of ${path}'s diff, got: ${odd}`);
  return { kind: 'edit', path, before: without('+').join(''), after: without('-').join('') };
}

/**
 * A file after an edit.
 * @throws Error unless what the edit expects stands in the file, as whole lines, once
 */
export function edited(content: string, { path, before, after }: Extract<Step, { kind: 'edit' }>): string {
  const places = `\n${content}`.split(`\n${before}`);
  if (places.length !== 2)
    throw new Error(`Expected these lines once in ${path}, found ${places.length - 1}:\n${before}`);
  return places.join(`\n${after}`).slice(1);
}
