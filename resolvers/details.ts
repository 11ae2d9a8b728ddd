import type { FlexCheckoutDetailsResolvers, MeteroidPaymentMethodsResolvers } from './generated/types.ts';

const PAYMENT_METHODS = {
  ONLINE: 'MeteroidOnlinePayment',
  BANK_TRANSFER: 'MeteroidBankTransfer',
  EXTERNAL: 'MeteroidExternalPayment',
} as const;

export const MeteroidPaymentMethods: MeteroidPaymentMethodsResolvers = {
  __resolveType: ({ kind }) => PAYMENT_METHODS[kind],
};

export const FlexCheckoutDetails: FlexCheckoutDetailsResolvers = {
  lineItems: ({ provider, providerId }, _, { reading }) => reading.lineItems({ provider, providerId }),
};
