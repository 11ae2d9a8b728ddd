import { GraphQLError, Kind, type SelectionNode, type ValidationRule } from 'graphql';

const isConditional = ({ directives }: SelectionNode): boolean =>
  directives?.some(({ name }) => name.value === 'skip' || name.value === 'include') ?? false;

/**
 * A subscription whose one field may be left out is none: GraphQL forbids it since September 2025, and graphql-js 16 would
 * fail with an error that is no answer.
 */
export const unconditionalRoot: ValidationRule = (context) => {
  const found = (selections: readonly SelectionNode[], seen: Set<string>): SelectionNode | undefined => {
    for (const selection of selections) {
      if (isConditional(selection)) return selection;
      if (selection.kind === Kind.FIELD) continue;
      const name = selection.kind === Kind.FRAGMENT_SPREAD ? selection.name.value : undefined;
      if (name !== undefined && seen.has(name)) continue;
      if (name !== undefined) seen.add(name);
      const set = selection.kind === Kind.INLINE_FRAGMENT ? selection : context.getFragment(name ?? '');
      const inside = found(set?.selectionSet.selections ?? [], seen);
      if (inside) return inside;
    }
    return undefined;
  };
  return {
    OperationDefinition({ operation, selectionSet }) {
      if (operation !== 'subscription') return;
      const selection = found(selectionSet.selections, new Set());
      if (!selection) return;
      const message = 'Expected no @skip and no @include on what a subscription selects at the top.';
      context.reportError(new GraphQLError(message, { nodes: selection }));
    },
  };
};
