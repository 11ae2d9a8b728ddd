import { type FieldNode, GraphQLError, type SelectionSetNode, type ValidationRule } from 'graphql';

const MOVES: ReadonlySet<string> = new Set([
  'captureCheckoutSession',
  'refundCheckoutSession',
  'confirmCheckoutSession',
]);

/**
 * At most one change that moves money in one operation: when one of several fails, nobody could say which of the others
 * to send again.
 */
export const oneMoneyMove: ValidationRule = (context) => ({
  OperationDefinition(operation) {
    if (operation.operation !== 'mutation') return;
    const fragments = new Set<string>();
    const fieldsIn = (set: SelectionSetNode): FieldNode[] =>
      set.selections.flatMap((selection) => {
        if (selection.kind === 'Field') return MOVES.has(selection.name.value) ? [selection] : [];
        if (selection.kind === 'InlineFragment') return fieldsIn(selection.selectionSet);
        if (fragments.has(selection.name.value)) return [];
        fragments.add(selection.name.value);
        const fragment = context.getFragment(selection.name.value);
        return fragment ? fieldsIn(fragment.selectionSet) : [];
      });
    const moves = fieldsIn(operation.selectionSet);
    // The same field with the same arguments is one; GraphQL itself refuses others under one name.
    const names = new Set(moves.map(({ alias, name }) => (alias ?? name).value));
    if (names.size <= 1) return;
    context.reportError(
      new GraphQLError(`Expected at most one of ${[...MOVES].join(', ')} in one operation, got ${names.size}.`, {
        nodes: moves,
      }),
    );
  },
});
