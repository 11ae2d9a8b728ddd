import {
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  isInterfaceType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
  valueFromASTUntyped,
} from 'graphql';
import type { Arguments, ListSize, Price, PriceList } from './prices.ts';
import { FIELD_POINTS } from './query-limits.ts';

export type Cost = {
  points: number;
  /** Nodes that were looked at: never more than the document has, however its fragments multiply. */
  steps: number;
};

/**
 * Points of a selection set as a function of the list around it: those that come once, and those that come once for each
 * of its items or parts. So a fragment has one cost wherever it is used, and is looked at once.
 */
type Points = { once: number } & ListSize;

const FREE: Points = { once: 0, items: 0, parts: 0 };

const add = (one: Points, other: Points): Points => ({
  once: one.once + other.once,
  items: one.items + other.items,
  parts: one.parts + other.parts,
});

const times = (factor: number, { once, items, parts }: Points): Points =>
  // Nothing times infinitely often is nothing.
  factor === 0 ? FREE : { once: once * factor, items: items * factor, parts: parts * factor };

const total = ({ once, items, parts }: Points, size: ListSize = { items: 1, parts: 1 }): number =>
  once + (size.items && items * size.items) + (size.parts && parts * size.parts);

type Variables = Readonly<Record<string, unknown>>;

/** As the client sent them, with the defaults of the document. */
function variablesOf({ variableDefinitions = [] }: OperationDefinitionNode, sent: Variables): Variables {
  const variables: Record<string, unknown> = Object.create(null);
  for (const { variable, defaultValue } of variableDefinitions) {
    const name = variable.name.value;
    if (Object.hasOwn(sent, name)) variables[name] = sent[name];
    else if (defaultValue) variables[name] = valueFromASTUntyped(defaultValue);
  }
  return variables;
}

type Options = {
  schema: GraphQLSchema;
  prices: PriceList;
  fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  variables: Variables;
};

class CostWalk {
  readonly #options: Options;
  readonly #fragments = new Map<string, Points>();
  steps = 0;

  constructor(options: Options) {
    this.#options = options;
  }

  ofSet({ selections }: SelectionSetNode, type: GraphQLNamedType | undefined): Points {
    let sum = FREE;
    for (const selection of selections) sum = add(sum, this.#ofSelection(selection, type));
    return sum;
  }

  #ofSelection(selection: SelectionNode, type: GraphQLNamedType | undefined): Points {
    this.steps += 1;
    if (!this.#isIncluded(selection)) return FREE;
    if (selection.kind === Kind.FRAGMENT_SPREAD) return this.#ofFragment(selection.name.value);
    if (selection.kind === Kind.FIELD) return this.#ofField(selection, type);
    const { typeCondition, selectionSet } = selection;
    return this.ofSet(selectionSet, typeCondition ? this.#options.schema.getType(typeCondition.name.value) : type);
  }

  #ofFragment(name: string): Points {
    const known = this.#fragments.get(name);
    if (known) return known;
    const { schema, fragments } = this.#options;
    const fragment = fragments.get(name);
    if (!fragment) return FREE;
    // Ends a cycle, which validation does not let come this far.
    this.#fragments.set(name, FREE);
    const points = this.ofSet(fragment.selectionSet, schema.getType(fragment.typeCondition.name.value));
    this.#fragments.set(name, points);
    return points;
  }

  #ofField(field: FieldNode, type: GraphQLNamedType | undefined): Points {
    const name = field.name.value;
    const below = field.selectionSet ? this.ofSet(field.selectionSet, this.#typeOf(name, type)) : FREE;
    const price: Price = this.#options.prices[`${type?.name}.${name}`] ?? {};
    const given = this.#argumentsOf(field);
    const own = FIELD_POINTS + (price.points?.(given) ?? 0);
    if (price.list) return { ...FREE, once: own + total(below, price.list(given)) };
    const points = add({ ...FREE, once: own }, times(price.times?.(given) ?? 1, below));
    return price.per ? { ...FREE, [price.per]: total(points) } : points;
  }

  #typeOf(field: string, parent: GraphQLNamedType | undefined): GraphQLNamedType | undefined {
    const { schema } = this.#options;
    if (field === '__schema') return schema.getType('__Schema');
    if (field === '__type') return schema.getType('__Type');
    if (!isObjectType(parent) && !isInterfaceType(parent)) return undefined;
    const definition = parent.getFields()[field];
    return definition && getNamedType(definition.type);
  }

  #argumentsOf({ arguments: nodes = [] }: FieldNode): Arguments {
    return (name) => {
      const node = nodes.find((argument) => argument.name.value === name);
      return node && valueFromASTUntyped(node.value, this.#options.variables);
    };
  }

  /** By @skip and @include; what cannot be told is counted. */
  #isIncluded({ directives = [] }: SelectionNode): boolean {
    return directives.every((directive) => {
      const node = directive.arguments?.find(({ name }) => name.value === 'if');
      const value = node && valueFromASTUntyped(node.value, this.#options.variables);
      return directive.name.value === 'skip' ? value !== true : directive.name.value !== 'include' || value !== false;
    });
  }
}

type Request = Pick<Options, 'schema' | 'prices' | 'fragments'> & {
  operation: OperationDefinitionNode;
  /** As they came. @default none */
  variables?: Variables | null | undefined;
};

/**
 * What a valid operation may cost at most: it goes by what the client asks for and not by what is there, so that the
 * same request of the same caller always costs the same. A field that is selected twice counts twice, and so does each alternative of a
 * union.
 */
export function costOf({ schema, prices, fragments, operation, variables }: Request): Cost {
  const walk = new CostWalk({ schema, prices, fragments, variables: variablesOf(operation, variables ?? {}) });
  const points = total(walk.ofSet(operation.selectionSet, schema.getRootType(operation.operation) ?? undefined));
  return { points, steps: walk.steps };
}
