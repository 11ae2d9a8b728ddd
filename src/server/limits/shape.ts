import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';

/** What can be said of a document without the schema and without variables, of its largest operation. */
export type Shape = {
  depth: number;
  /** Levels asked of the schema itself. */
  introspectionDepth: number;
  /** Of its largest operation or fragment, used or not. */
  aliases: number;
  rootFields: number;
  /** In the whole document, as they stand there. */
  directives: number;
  /** All fields. Like everything but directives, those of a fragment count at each use of it. */
  fields: number;
  /** A fragment that contains itself, if there is one. */
  cycle: string | undefined;
  /** Nodes that were looked at: never more than the document has, however its fragments multiply. */
  steps: number;
};

/** Of a selection set. */
type Summary = { depth: number; introspectionDepth: number; aliases: number; here: number; fields: number };

const NOTHING: Summary = { depth: 0, introspectionDepth: 0, aliases: 0, here: 0, fields: 0 };

const isIntrospection = ({ name }: FieldNode): boolean => name.value === '__schema' || name.value === '__type';

/** Names of fields by the type that they are asked of, as far as they stand in one selection set. */
type Names = Set<string>;

/** Looks at each fragment once and keeps what it found, so that fragments within fragments cost nothing. */
class ShapeWalk {
  readonly #fragments = new Map<string, FragmentDefinitionNode>();
  readonly #summaries = new Map<string, Summary>();
  readonly #open = new Set<string>();
  directives = 0;
  steps = 0;
  cycle: string | undefined;

  constructor({ definitions }: DocumentNode) {
    for (const definition of definitions) {
      if (definition.kind === Kind.FRAGMENT_DEFINITION) this.#fragments.set(definition.name.value, definition);
    }
  }

  ofSet(set: SelectionSetNode): Summary {
    return this.#sumOf(set, '', new Set());
  }

  ofFragment(name: string): Summary {
    const known = this.#summaries.get(name);
    if (known) return known;
    const fragment = this.#fragments.get(name);
    if (!fragment) return NOTHING;
    if (this.#open.has(name)) {
      this.cycle ??= name;
      return NOTHING;
    }
    this.#open.add(name);
    this.note(fragment);
    const summary = this.ofSet(fragment.selectionSet);
    this.#open.delete(name);
    this.#summaries.set(name, summary);
    return summary;
  }

  note({ directives = [] }: { readonly directives?: readonly unknown[] | undefined }): void {
    this.steps += 1;
    this.directives += directives.length;
  }

  #sumOf({ selections }: SelectionSetNode, type: string, names: Names): Summary {
    let sum = NOTHING;
    for (const selection of selections) sum = add(sum, this.#ofSelection(selection, type, names));
    return sum;
  }

  #ofSelection(selection: SelectionNode, type: string, names: Names): Summary {
    this.note(selection);
    if (selection.kind === Kind.FRAGMENT_SPREAD) return this.ofFragment(selection.name.value);
    if (selection.kind === Kind.FIELD) return this.#ofField(selection, type, names);
    return this.#sumOf(selection.selectionSet, selection.typeCondition?.name.value ?? type, names);
  }

  #ofField(field: FieldNode, type: string, names: Names): Summary {
    const { depth, introspectionDepth, aliases, fields } = field.selectionSet
      ? this.ofSet(field.selectionSet)
      : NOTHING;
    // Validation compares those of one name with one another, each with each.
    const name = `${type}.${(field.alias ?? field.name).value}`;
    const counts = field.alias !== undefined || names.has(name) ? 1 : 0;
    names.add(name);
    return {
      depth: isIntrospection(field) ? 1 : depth + 1,
      introspectionDepth: isIntrospection(field) ? depth + 1 : introspectionDepth,
      aliases: aliases + counts,
      here: 1,
      fields: fields + 1,
    };
  }
}

const add = (one: Summary, other: Summary): Summary => ({
  depth: Math.max(one.depth, other.depth),
  introspectionDepth: Math.max(one.introspectionDepth, other.introspectionDepth),
  aliases: one.aliases + other.aliases,
  here: one.here + other.here,
  fields: one.fields + other.fields,
});

const larger = (one: Summary, other: Summary): Summary => ({
  depth: Math.max(one.depth, other.depth),
  introspectionDepth: Math.max(one.introspectionDepth, other.introspectionDepth),
  aliases: Math.max(one.aliases, other.aliases),
  here: Math.max(one.here, other.here),
  fields: Math.max(one.fields, other.fields),
});

/** Takes any document, also one that is not valid: it is measured before validation, which can be made expensive. */
export function shapeOf(document: DocumentNode): Shape {
  const walk = new ShapeWalk(document);
  let largest = NOTHING;
  for (const definition of document.definitions) {
    // Also those that nobody uses: validation looks at them, too. How deep they are goes by where they are used.
    if (definition.kind === Kind.FRAGMENT_DEFINITION) {
      largest = larger(largest, { ...NOTHING, aliases: walk.ofFragment(definition.name.value).aliases });
    }
    if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
    walk.note(definition);
    for (const variable of definition.variableDefinitions ?? []) walk.note(variable);
    largest = larger(largest, walk.ofSet(definition.selectionSet));
  }
  const { directives, steps, cycle } = walk;
  const { here, ...rest } = largest;
  return { ...rest, rootFields: here, directives, steps, cycle };
}
