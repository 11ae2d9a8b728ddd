import {
  type FieldNode,
  GraphQLIncludeDirective,
  type GraphQLResolveInfo,
  GraphQLSkipDirective,
  getDirectiveValues,
  Kind,
  type SelectionNode,
} from 'graphql';
import type { Expansion } from '../src/checkout/provider.ts';

/** Names of fields that lead from the resolved field to sessions; `[]` when it gives a session itself. */
export type SessionPath = readonly string[];

type Lookup = Pick<GraphQLResolveInfo, 'fragments' | 'variableValues'>;

// What a session carries of these without being asked.
const FREE: ReadonlySet<string> = new Set(['id', '__typename']);

/**
 * What has to be asked of the provider so that the sessions below a field can answer what the client selected: the
 * customer or the payment intent, when more than its id is wanted. What may be done with a session is exact only with its
 * payment intent: it tells whether an authorization has run out. Sessions at several paths (`['edges', 'node']` and
 * `['nodes']` of a connection) are looked at together.
 */
export function expansionOf(info: GraphQLResolveInfo, ...paths: readonly SessionPath[]): Expansion {
  const sessions = (paths.length > 0 ? paths : [[]]).flatMap((path) => follow(info.fieldNodes, path, info));
  return {
    customer: wantsMoreThanId(sessions, ['customer'], info),
    paymentIntent:
      wantsMoreThanId(sessions, ['details', 'paymentIntent'], info) ||
      follow(sessions, ['availableActions'], info).length > 0,
  };
}

const wantsMoreThanId = (sessions: readonly FieldNode[], path: SessionPath, lookup: Lookup): boolean =>
  subfields(follow(sessions, path, lookup), lookup).some(({ name }) => !FREE.has(name.value));

/** The fields at the end of a path. A field may stand there several times: under aliases, or merged out of fragments. */
const follow = (from: readonly FieldNode[], path: SessionPath, lookup: Lookup): readonly FieldNode[] =>
  path.reduce<readonly FieldNode[]>((fields, step) => {
    return subfields(fields, lookup).filter(({ name }) => name.value === step);
  }, from);

/**
 * The fields right under these ones, through fragments on any type: one on another provider's type can only make the
 * answer too generous. A fragment is entered once, which keeps this linear and ends a cycle.
 */
function subfields(parents: readonly FieldNode[], lookup: Lookup): FieldNode[] {
  const found: FieldNode[] = [];
  const entered = new Set<string>();
  const visit = (selections: readonly SelectionNode[]): void => {
    for (const selection of selections) {
      if (!isIncluded(selection, lookup)) continue;
      if (selection.kind === Kind.FIELD) {
        found.push(selection);
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        visit(selection.selectionSet.selections);
      } else if (!entered.has(selection.name.value)) {
        entered.add(selection.name.value);
        visit(lookup.fragments[selection.name.value]?.selectionSet.selections ?? []);
      }
    }
  };
  for (const parent of parents) visit(parent.selectionSet?.selections ?? []);
  return found;
}

/** By @skip and @include, read as the executor reads them. */
const isIncluded = (selection: SelectionNode, { variableValues }: Lookup): boolean =>
  getDirectiveValues(GraphQLSkipDirective, selection, variableValues)?.if !== true &&
  getDirectiveValues(GraphQLIncludeDirective, selection, variableValues)?.if !== false;
