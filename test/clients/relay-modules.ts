/** Components of an app made with Relay, as far as its compiler looks at them. */
export const RELAY_MODULES = {
  SessionList: `
    graphql\`
      fragment SessionList_query on Query
      @refetchable(queryName: "SessionListPaginationQuery")
      @argumentDefinitions(
        count: { type: "Int", defaultValue: 20 }
        cursor: { type: "String" }
        filter: { type: "CheckoutSessionFilter" }
      ) {
        checkoutSessions(first: $count, after: $cursor, filter: $filter)
          @connection(key: "SessionList_checkoutSessions", filters: ["filter"]) {
          edges {
            node {
              id
              ...SessionCard_session
            }
          }
          sources {
            provider
            state
          }
        }
      }
    \`;
    graphql\`
      query SessionListQuery($filter: CheckoutSessionFilter) {
        ...SessionList_query @arguments(filter: $filter)
      }
    \`;
  `,
  OldestSessions: `
    graphql\`
      fragment OldestSessions_query on Query
      @refetchable(queryName: "OldestSessionsPaginationQuery")
      @argumentDefinitions(
        count: { type: "Int", defaultValue: 20 }
        cursor: { type: "String" }
        filter: { type: "CheckoutSessionFilter" }
      ) {
        checkoutSessions(last: $count, before: $cursor, filter: $filter)
          @connection(key: "OldestSessions_checkoutSessions", filters: ["filter"]) {
          edges {
            node {
              id
            }
          }
        }
      }
    \`;
  `,
  SessionCard: `
    graphql\`
      fragment SessionCard_session on CheckoutSession @refetchable(queryName: "SessionCardRefetchQuery") {
        provider
        status
        createdAt
        customer {
          id
        }
        details {
          __typename
          ... on FlexpriceCheckoutDetails {
            action
          }
          ... on MeteroidCheckoutDetails {
            checkoutType
          }
          ... on FlexCheckoutDetails {
            captureMethod
          }
        }
      }
    \`;
  `,
};
