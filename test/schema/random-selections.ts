import fc from 'fast-check';

/** What stands in the braces, and the fragments that it spreads. */
export type Selection = { text: string; fragments: string };

/**
 * Selections on a session out of fields, aliases, conditions and fragments, at random. The operation around them
 * declares the variables $yes and $no.
 */
export function randomSelections(): fc.Arbitrary<Selection> {
  let names = 0; // every alias and fragment has its own, so that no two fields ever clash
  const condition = fc.constantFrom(
    '',
    '',
    '@skip(if: true)',
    '@include(if: $no)',
    '@skip(if: $no)',
    '@include(if: $yes)',
  );
  const join = (parts: readonly Selection[]): Selection => ({
    text: parts.map(({ text }) => text).join(' '),
    fragments: parts.map(({ fragments }) => fragments).join(' '),
  });
  const leaf = (field: string) => condition.map((when) => ({ text: `n${names++}: ${field} ${when}`, fragments: '' }));
  const branch = (field: string, below: fc.Arbitrary<Selection>) =>
    fc.tuple(condition, below).map(([when, { text, fragments }]) => {
      return { text: `n${names++}: ${field} ${when} { ${text} }`, fragments };
    });
  const inline = (type: string, below: fc.Arbitrary<Selection>) =>
    fc.tuple(condition, below).map(([when, { text, fragments }]) => {
      return { text: `... on ${type} ${when} { ${text} }`, fragments };
    });
  // Spread twice, so that one may be left out and the other not.
  const spread = (type: string, below: fc.Arbitrary<Selection>) =>
    fc.tuple(condition, condition, below).map(([when, again, { text, fragments }]) => {
      const name = `N${names++}`;
      return {
        text: `...${name} ${when} ...${name} ${again}`,
        fragments: `${fragments} fragment ${name} on ${type} { ${text} }`,
      };
    });
  const { session: selections } = fc.letrec<Record<'session' | 'customer' | 'details' | 'flex' | 'intent', Selection>>(
    (tie) => {
      const some = (type: string, self: fc.Arbitrary<Selection>, ...fields: readonly fc.Arbitrary<Selection>[]) =>
        fc
          .array(
            fc.oneof({ depthSize: 'small', withCrossShrink: true }, ...fields, inline(type, self), spread(type, self)),
            { minLength: 1, maxLength: 3 },
          )
          .map(join);
      return {
        session: some(
          'CheckoutSession',
          tie('session'),
          leaf('id'),
          branch('customer', tie('customer')),
          branch('details', tie('details')),
        ),
        customer: some('CheckoutCustomer', tie('customer'), leaf('id'), leaf('email')),
        details: fc.oneof(inline('FlexCheckoutDetails', tie('flex')), spread('FlexCheckoutDetails', tie('flex'))),
        flex: some('FlexCheckoutDetails', tie('flex'), leaf('origin'), branch('paymentIntent', tie('intent'))),
        intent: some('FlexPaymentIntent', tie('intent'), leaf('id'), leaf('status')),
      };
    },
  );
  return selections;
}
