/** Every field of a session that the schema has. */
export const FULL_SESSION = `
fragment FullSession on CheckoutSession {
  id provider providerId status providerStatus mode testMode checkoutUrl successUrl cancelUrl failureUrl
  customer { id email firstName lastName phone }
  amounts { total { ...M } subtotal { ...M } received { ...M } refunded { ...M } disputed { ...M } }
  currency subscriptionId invoiceId paymentId clientReferenceId idempotencyKey failureReason
  metadata { key value }
  createdAt updatedAt expiresAt completedAt canceledAt isExpired isArchived availableActions fetchedAt
  details {
    __typename
    ... on FlexpriceCheckoutDetails {
      action recordStatus tenantId environmentId paymentProvider paymentAction { type url } checkoutInvoiceId checkoutPaymentId
      configuration { createSubscription { planId currency billingPeriod lookupKey startDate endDate metadata { key value } } }
      result { subscriptionId invoiceId paymentId }
      providerResult { providerSessionId providerPaymentIntentId expiresAt nextAction { type url } metadata { key value } }
      createdBy updatedBy
    }
    ... on MeteroidCheckoutDetails {
      checkoutType planVersionId billingDayAnchor billingStartDate couponCode netTerms trialDurationDays
      paymentMethods {
        __typename
        ... on MeteroidOnlinePayment { card directDebit }
        ... on MeteroidBankTransfer { accountId }
        ... on MeteroidExternalPayment { type }
      }
    }
    ... on FlexCheckoutDetails {
      allowPromotionCodes captureMethod captures { id amount { ...M } createdAt } customText defaults
      disputes { id amount { ...M } status createdAt } fees hsaFsaEligible flexInvoiceId: invoiceId letterOfMedicalNecessityRequired
      origin paymentIntent { id status amount { ...M } amountReceived { ...M } amountCapturable { ...M } createdAt }
      paymentIntentIds paymentMethodOptions platformFees refunds { id amount { ...M } status createdAt } setupIntentId
      shippingAddressCollection shippingDetails shippingOptions splitCart subscriptionData taxCalculationMode taxRate
      totalDetails visitType
      lineItems { id description quantity eligibility priceId productId total { ...M } subtotal { ...M } tax { ...M } discount { ...M } shipping { ...M } }
    }
  }
}
fragment M on Money { minorUnits currency decimal }
`;

/** Asks for one session with every field, by the provider's id. */
export const FULL_SESSION_QUERY = `
query ($provider: CheckoutProvider!, $providerId: String!) {
  session: checkoutSessionByProviderId(provider: $provider, providerId: $providerId) { ...FullSession }
}
${FULL_SESSION}`;
