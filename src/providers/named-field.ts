/** A provider's names, as paths, and where the input has what they name. */
export type FieldNames = Readonly<Record<string, readonly string[]>>;

/** Characters: a sentence, or some names. What stands behind is not looked at. */
const MAX_TEXT = 2000;

/**
 * Where in the input the one thing is that a provider's text names. The text itself goes nowhere: it is only looked
 * through for names that are known here, in any of the ways that servers write them: `plan_id`, `configuration.plan_id`,
 * `Request.PlanID`.
 * @returns null when it names nothing that is known, or several things
 */
export function namedField(text: string, names: FieldNames): readonly string[] | null {
  const known = Object.entries(names).map(([name, field]) => ({ parts: partsOf(name), field }));
  const found = new Map<string, readonly string[]>();
  for (const word of text.slice(0, MAX_TEXT).match(/[A-Za-z_][\w.[\]]*/g) ?? []) {
    const parts = partsOf(word);
    // Of `subscription.metadata` and `metadata` the longer one is meant where both fit.
    const [best] = known.filter((one) => isWithin(one.parts, parts)).sort((a, b) => b.parts.length - a.parts.length);
    if (best) found.set(best.field.join('.'), best.field);
  }
  const [field, ...others] = found.values();
  return field && others.length === 0 ? field : null;
}

const partsOf = (name: string): string[] =>
  name
    .split(/[.[\]]+/)
    .filter((part) => part !== '')
    .map((part) => part.replaceAll('_', '').toLowerCase());

const isWithin = (parts: string[], all: string[]): boolean =>
  all.some((_, start) => parts.every((part, index) => all[start + index] === part));
