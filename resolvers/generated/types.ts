// Generated from schema/ by `npm run codegen`. Not to be edited.
import type { GraphQLResolveInfo, GraphQLScalarType, GraphQLScalarTypeConfig } from 'graphql';
import type { CheckoutSession as SessionModel, Customer as CustomerModel, SessionAmounts as AmountsModel, MetadataEntry as MetadataEntryModel, FlexpriceDetails as FlexpriceDetailsModel, MeteroidDetails as MeteroidDetailsModel, FlexDetails as FlexDetailsModel, FlexLineItem as FlexLineItemModel, FlexPaymentIntent as FlexPaymentIntentModel } from '../../src/checkout/session.ts';
import type { Money as MoneyModel } from '../../src/checkout/money.ts';
import type { Connection as ConnectionModel } from '../../src/listing/connection.ts';
import type { ChangePayload as ChangePayloadModel, DeletePayload as DeletePayloadModel } from '../payloads.ts';
import type { SessionChange as SessionChangeModel } from '../../src/live/subscribe.ts';
import type { Operation as OperationModel } from '../../src/ledger/operations.ts';
import type { GatewayContext } from '../context.ts';
export type Maybe<T> = T | null;
export type InputMaybe<T> = T | null;
export type Omit<T, K extends keyof T> = Pick<T, Exclude<keyof T, K>>;
export type RequireFields<T, K extends keyof T> = Omit<T, K> & { [P in K]-?: NonNullable<T[P]> };
/** All built-in and custom scalars, mapped to their actual values */
export type Scalars = {
  ID: { input: string; output: string; }
  String: { input: string; output: string; }
  Boolean: { input: boolean; output: boolean; }
  Int: { input: number; output: number; }
  Float: { input: number; output: number; }
  /**
   * A moment in time, always answered in UTC with milliseconds: `2026-11-01T12:00:00.000Z`. Two of them therefore compare
   * as plain strings. As input any RFC 3339 text with date, time and offset is taken; what is finer than a millisecond is
   * cut off.
   */
  DateTime: { input: string; output: string; }
  /** A day of the calendar without a time or a time zone: `2026-11-30`. */
  Date: { input: string; output: string; }
  /**
   * An absolute http or https address. It passes through character for character and is never re-encoded, so a placeholder
   * such as `{CHECKOUT_SESSION_ID}` stays as it was written.
   */
  URL: { input: string; output: string; }
  /**
   * Any JSON value. It stands where a provider sends a structure that has no fixed shape, and its keys are the provider's
   * own. Numbers are JavaScript's: those beyond 2^53 lose digits, as they do in any browser.
   */
  JSON: { input: unknown; output: unknown; }
  /**
   * A whole number between -(2^53 - 1) and 2^53 - 1: wider than `Int`, which ends at 2^31 - 1, and still exact as a
   * JavaScript number.
   */
  SafeInt: { input: number; output: number; }
};

/**
 * Where every change begins. A payload's `userErrors` hold what the caller can mend; everything else that goes wrong is a
 * top-level error with `extensions.code`. `OUTCOME_UNKNOWN` says that a change may have been made: send it again with the
 * same `idempotencyKey` to find out. Mutations of one document run in their order; it may hold one of
 * `captureCheckoutSession`, `refundCheckoutSession` and `confirmCheckoutSession`.
 *
 * For a caller that is bound to customers the sessions of all others do not exist: NOT_FOUND. It may make sessions of its own
 * customers, named by `customerId`, which Flex then needs, or at Flexprice by `customerExternalId`, where the caller's token tells
 * that; for any other customer the user error is INVALID.
 */
export type Mutation = {
  /** Makes a session at the provider that the input names. */
  createCheckoutSession: CheckoutSessionPayload;
  /**
   * Ends a session that is not finished (Meteroid and Flex). At Flex an authorized payment is released. Canceling a session
   * that is canceled already succeeds.
   */
  cancelCheckoutSession: CheckoutSessionPayload;
  /**
   * Puts a session's record away (Flexprice only). It no longer appears in lists, but `checkoutSession` still finds it,
   * with `isArchived` true and its status unchanged. Nothing is canceled: a link that was already given out may still be
   * paid. Deleting a session again succeeds.
   */
  deleteCheckoutSession: DeleteCheckoutSessionPayload;
  /** Takes money that was authorized (Flex, sessions with manual capture). */
  captureCheckoutSession: CheckoutSessionPayload;
  /** Gives money back (Flex). */
  refundCheckoutSession: CheckoutSessionPayload;
  /** Charges a saved payment method for an open session (Flex). */
  confirmCheckoutSession: CheckoutSessionPayload;
  /** Renews the authorization of a payment that was not captured yet (Flex). */
  reauthorizeCheckoutSession: CheckoutSessionPayload;
};


/**
 * Where every change begins. A payload's `userErrors` hold what the caller can mend; everything else that goes wrong is a
 * top-level error with `extensions.code`. `OUTCOME_UNKNOWN` says that a change may have been made: send it again with the
 * same `idempotencyKey` to find out. Mutations of one document run in their order; it may hold one of
 * `captureCheckoutSession`, `refundCheckoutSession` and `confirmCheckoutSession`.
 *
 * For a caller that is bound to customers the sessions of all others do not exist: NOT_FOUND. It may make sessions of its own
 * customers, named by `customerId`, which Flex then needs, or at Flexprice by `customerExternalId`, where the caller's token tells
 * that; for any other customer the user error is INVALID.
 */
export type MutationCreateCheckoutSessionArgs = {
  input: CreateCheckoutSessionInput;
};


/**
 * Where every change begins. A payload's `userErrors` hold what the caller can mend; everything else that goes wrong is a
 * top-level error with `extensions.code`. `OUTCOME_UNKNOWN` says that a change may have been made: send it again with the
 * same `idempotencyKey` to find out. Mutations of one document run in their order; it may hold one of
 * `captureCheckoutSession`, `refundCheckoutSession` and `confirmCheckoutSession`.
 *
 * For a caller that is bound to customers the sessions of all others do not exist: NOT_FOUND. It may make sessions of its own
 * customers, named by `customerId`, which Flex then needs, or at Flexprice by `customerExternalId`, where the caller's token tells
 * that; for any other customer the user error is INVALID.
 */
export type MutationCancelCheckoutSessionArgs = {
  input: CheckoutSessionActionInput;
};


/**
 * Where every change begins. A payload's `userErrors` hold what the caller can mend; everything else that goes wrong is a
 * top-level error with `extensions.code`. `OUTCOME_UNKNOWN` says that a change may have been made: send it again with the
 * same `idempotencyKey` to find out. Mutations of one document run in their order; it may hold one of
 * `captureCheckoutSession`, `refundCheckoutSession` and `confirmCheckoutSession`.
 *
 * For a caller that is bound to customers the sessions of all others do not exist: NOT_FOUND. It may make sessions of its own
 * customers, named by `customerId`, which Flex then needs, or at Flexprice by `customerExternalId`, where the caller's token tells
 * that; for any other customer the user error is INVALID.
 */
export type MutationDeleteCheckoutSessionArgs = {
  input: CheckoutSessionActionInput;
};


/**
 * Where every change begins. A payload's `userErrors` hold what the caller can mend; everything else that goes wrong is a
 * top-level error with `extensions.code`. `OUTCOME_UNKNOWN` says that a change may have been made: send it again with the
 * same `idempotencyKey` to find out. Mutations of one document run in their order; it may hold one of
 * `captureCheckoutSession`, `refundCheckoutSession` and `confirmCheckoutSession`.
 *
 * For a caller that is bound to customers the sessions of all others do not exist: NOT_FOUND. It may make sessions of its own
 * customers, named by `customerId`, which Flex then needs, or at Flexprice by `customerExternalId`, where the caller's token tells
 * that; for any other customer the user error is INVALID.
 */
export type MutationCaptureCheckoutSessionArgs = {
  input: CaptureCheckoutSessionInput;
};


/**
 * Where every change begins. A payload's `userErrors` hold what the caller can mend; everything else that goes wrong is a
 * top-level error with `extensions.code`. `OUTCOME_UNKNOWN` says that a change may have been made: send it again with the
 * same `idempotencyKey` to find out. Mutations of one document run in their order; it may hold one of
 * `captureCheckoutSession`, `refundCheckoutSession` and `confirmCheckoutSession`.
 *
 * For a caller that is bound to customers the sessions of all others do not exist: NOT_FOUND. It may make sessions of its own
 * customers, named by `customerId`, which Flex then needs, or at Flexprice by `customerExternalId`, where the caller's token tells
 * that; for any other customer the user error is INVALID.
 */
export type MutationRefundCheckoutSessionArgs = {
  input: RefundCheckoutSessionInput;
};


/**
 * Where every change begins. A payload's `userErrors` hold what the caller can mend; everything else that goes wrong is a
 * top-level error with `extensions.code`. `OUTCOME_UNKNOWN` says that a change may have been made: send it again with the
 * same `idempotencyKey` to find out. Mutations of one document run in their order; it may hold one of
 * `captureCheckoutSession`, `refundCheckoutSession` and `confirmCheckoutSession`.
 *
 * For a caller that is bound to customers the sessions of all others do not exist: NOT_FOUND. It may make sessions of its own
 * customers, named by `customerId`, which Flex then needs, or at Flexprice by `customerExternalId`, where the caller's token tells
 * that; for any other customer the user error is INVALID.
 */
export type MutationConfirmCheckoutSessionArgs = {
  input: ConfirmCheckoutSessionInput;
};


/**
 * Where every change begins. A payload's `userErrors` hold what the caller can mend; everything else that goes wrong is a
 * top-level error with `extensions.code`. `OUTCOME_UNKNOWN` says that a change may have been made: send it again with the
 * same `idempotencyKey` to find out. Mutations of one document run in their order; it may hold one of
 * `captureCheckoutSession`, `refundCheckoutSession` and `confirmCheckoutSession`.
 *
 * For a caller that is bound to customers the sessions of all others do not exist: NOT_FOUND. It may make sessions of its own
 * customers, named by `customerId`, which Flex then needs, or at Flexprice by `customerExternalId`, where the caller's token tells
 * that; for any other customer the user error is INVALID.
 */
export type MutationReauthorizeCheckoutSessionArgs = {
  input: CheckoutSessionActionInput;
};

/** Names the session that something is to be done with. */
export type CheckoutSessionActionInput = {
  /** Global id of the session: `CheckoutSession.id`. */
  id: Scalars['ID']['input'];
  /**
   * A name of the client's own choice for this change, to be sent again with every repetition of it. May be left out: an
   * action that takes this input does no harm when it is repeated. 1 to 255 visible ASCII characters.
   */
  idempotencyKey?: InputMaybe<Scalars['String']['input']>;
};

/** What to take of an authorized payment. All of it when neither amount nor line items are given. */
export type CaptureCheckoutSessionInput = {
  /** Global id of the session: `CheckoutSession.id`. */
  id: Scalars['ID']['input'];
  /** A name of the client's own choice for this change, to be sent again with every repetition of it. 1 to 255 visible ASCII characters. */
  idempotencyKey: Scalars['String']['input'];
  /** How much, in the currency's smallest unit. 1 or more. */
  amountMinorUnits?: InputMaybe<Scalars['SafeInt']['input']>;
  /** Lines to take the money for, in Flex's own form. At most 24 KiB. */
  lineItems?: InputMaybe<Scalars['JSON']['input']>;
};

/** What to give back. All that is left when neither amount nor line items are given. */
export type RefundCheckoutSessionInput = {
  /** Global id of the session: `CheckoutSession.id`. */
  id: Scalars['ID']['input'];
  /** A name of the client's own choice for this change, to be sent again with every repetition of it. 1 to 255 visible ASCII characters. */
  idempotencyKey: Scalars['String']['input'];
  /** How much, in the currency's smallest unit. 1 or more. Not together with `lineItems`. */
  amountMinorUnits?: InputMaybe<Scalars['SafeInt']['input']>;
  /** What to give back of single lines, up to 100. */
  lineItems?: InputMaybe<Array<RefundLineItemInput>>;
  /** Tax to give back with the lines, in the smallest unit. */
  taxMinorUnits?: InputMaybe<Scalars['SafeInt']['input']>;
  /** Shipping to give back with the lines, in the smallest unit. */
  shippingMinorUnits?: InputMaybe<Scalars['SafeInt']['input']>;
  /** Discount that the lines had, in the smallest unit; it is taken off. */
  discountMinorUnits?: InputMaybe<Scalars['SafeInt']['input']>;
  /** Kept with the refund by Flex. */
  metadata?: InputMaybe<Array<MetadataEntryInput>>;
};

/** One line to give money back for. Named by its price or its product. */
export type RefundLineItemInput = {
  /** Flex's id of the price: `FlexLineItem.priceId`. */
  price?: InputMaybe<Scalars['String']['input']>;
  /** Flex's id of the product: `FlexLineItem.productId`. */
  product?: InputMaybe<Scalars['String']['input']>;
  /** How much of it, in the currency's smallest unit. */
  amountMinorUnits: Scalars['SafeInt']['input'];
};

/** What to charge for an open session. */
export type ConfirmCheckoutSessionInput = {
  /** Global id of the session: `CheckoutSession.id`. */
  id: Scalars['ID']['input'];
  /** A name of the client's own choice for this change, to be sent again with every repetition of it. 1 to 255 visible ASCII characters. */
  idempotencyKey: Scalars['String']['input'];
  /** Flex's id of a payment method that the customer has saved. */
  paymentMethod: Scalars['String']['input'];
};

/** What became of a change. */
export type CheckoutSessionPayload = {
  /**
   * The session after the change. Null when `userErrors` says why it was not made; and when Flexprice confirmed that it has
   * made a session, but not which one.
   */
  checkoutSession: Maybe<CheckoutSession>;
  /** What the caller can mend. Empty when the change was made. */
  userErrors: Array<CheckoutUserError>;
};

/** What became of deleting a session. */
export type DeleteCheckoutSessionPayload = {
  /** Global id of the session that was put away. Null when `userErrors` says why it was not. */
  deletedId: Maybe<Scalars['ID']['output']>;
  /** The session after the change, read again from its provider. Null when it was not changed or could not be read. */
  checkoutSession: Maybe<CheckoutSession>;
  /** What the caller can mend. Empty when the change was made. */
  userErrors: Array<CheckoutUserError>;
};

/** Something in a change that the caller can mend. */
export type CheckoutUserError = {
  /** What kind of mistake it is: for programs to branch on. */
  code: CheckoutUserErrorCode;
  /** One sentence about it, fit to be shown to a user. */
  message: Scalars['String']['output'];
  /** Path of the input that it is about, outermost first: `input`, `id`. Null when it is about none in particular. */
  field: Maybe<Array<Scalars['String']['output']>>;
};

/** Kinds of mistakes that the caller can mend. */
export type CheckoutUserErrorCode =
  /** A value of the input cannot be accepted; `field` tells which. */
  | 'INVALID'
  /** There is no such session, or what the input refers to does not exist at the provider. */
  | 'NOT_FOUND'
  /** What was to be made exists already. */
  | 'ALREADY_EXISTS'
  /** The session's present status does not allow it. `availableActions` tells what it does allow. */
  | 'INVALID_STATE'
  /** The session's provider does not offer it at all. */
  | 'UNSUPPORTED_OPERATION'
  /** The idempotency key was used before for a different input, and that change was made or may yet be. */
  | 'IDEMPOTENCY_CONFLICT'
  /** The payment was declined. Another payment method may help. */
  | 'PAYMENT_DECLINED';

/** How far a change has come. */
export type CheckoutOperationState =
  /** It is being made. */
  | 'IN_PROGRESS'
  /** It was made. */
  | 'SUCCEEDED'
  /** It was certainly not made. The same key may be used to try again. */
  | 'FAILED'
  /** It may have been sent to the provider, and no answer is known. The gateway goes on finding out what became of it. */
  | 'UNKNOWN';

/** A change under an idempotency key. */
export type CheckoutOperation = {
  /** The key that it was sent with. */
  idempotencyKey: Scalars['String']['output'];
  /** How far it has come. */
  state: CheckoutOperationState;
  /** When it was begun; of several attempts, the latest. */
  startedAt: Scalars['DateTime']['output'];
  /** When it was known what became of it. Null before that. */
  finishedAt: Maybe<Scalars['DateTime']['output']>;
  /** The session that was made or changed, as it is now. Null unless the change was made and the session is known. */
  checkoutSession: Maybe<CheckoutSession>;
  /** Why it failed, where the caller can mend it. */
  userErrors: Array<CheckoutUserError>;
};

/**
 * One attempt of a customer to pay or subscribe on a page that a provider hosts. The fields here mean the same for all
 * providers; a provider that has no such value leaves it null. What only one provider has is in `details`.
 */
export type CheckoutSession = Node & {
  /** Opaque global id: the same session always has the same one, and `Query.node` finds it again. */
  id: Scalars['ID']['output'];
  /** Who keeps the session. */
  provider: CheckoutProvider;
  /** The id as the provider itself writes it, such as `cs_…` (Flexprice), `che_…` (Meteroid) or `fcs_…` (Flex). */
  providerId: Scalars['String']['output'];
  /** Where the session is in its life, in words that are the same for all providers. */
  status: CheckoutSessionStatus;
  /**
   * The provider's own word for the status, exactly as it sent it: `pending`, `AWAITING_PAYMENT`, `paid`; empty when it
   * sent none. For display and support only: base decisions on `status`, since a new word may come at any time.
   */
  providerStatus: Scalars['String']['output'];
  /** What the session is for. */
  mode: CheckoutMode;
  /** Whether it was made with test credentials, so that no money moves. Null at Flexprice and Meteroid. */
  testMode: Maybe<Scalars['Boolean']['output']>;
  /**
   * The page to send the customer to. Null unless the status is OPEN or PROCESSING, and when the provider has no page for
   * the session. Whoever has the address can open it, and Meteroid signs a new one each time that it is asked: ask for it
   * just before the redirect and do not store it.
   */
  checkoutUrl: Maybe<Scalars['URL']['output']>;
  /** Where the provider sends the customer after paying. Null at Meteroid. */
  successUrl: Maybe<Scalars['URL']['output']>;
  /** Where the provider sends a customer who gives up. Null at Meteroid, and when none was given. */
  cancelUrl: Maybe<Scalars['URL']['output']>;
  /** Where the provider sends the customer when the payment fails. Flexprice only. */
  failureUrl: Maybe<Scalars['URL']['output']>;
  /** Who pays. Null while the provider knows of no customer. */
  customer: Maybe<CheckoutCustomer>;
  /** What the session is worth. Flex only; Flexprice and Meteroid put amounts on the invoice instead. */
  amounts: Maybe<CheckoutAmounts>;
  /**
   * ISO 4217 code in upper case: the currency of the subscription at Flexprice, always USD at Flex. Null at Meteroid, where
   * the plan decides, and when Flexprice does not show the session's configuration.
   */
  currency: Maybe<Scalars['String']['output']>;
  /** The provider's id of the subscription that the session is about. Null until there is one. */
  subscriptionId: Maybe<Scalars['String']['output']>;
  /** The provider's id of the invoice. Null until there is one, and always at Meteroid. */
  invoiceId: Maybe<Scalars['String']['output']>;
  /** The provider's id of the payment: at Flex, the payment intent. Null until there is one, always at Meteroid. */
  paymentId: Maybe<Scalars['String']['output']>;
  /** The reference of your own, such as an order number, that was given when the session was created. Flex only. */
  clientReferenceId: Maybe<Scalars['String']['output']>;
  /** The idempotency key that the session was created with. Flexprice only. */
  idempotencyKey: Maybe<Scalars['String']['output']>;
  /** Why the session failed, in a sentence of the provider's. Flexprice only, and null unless the status is FAILED. */
  failureReason: Maybe<Scalars['String']['output']>;
  /**
   * The keys and values that your own systems attached to the session, in the provider's order. Empty at Meteroid, which
   * takes them but does not give them back.
   */
  metadata: Array<MetadataEntry>;
  /** When the provider made the session. Null only when the provider did not say. */
  createdAt: Maybe<Scalars['DateTime']['output']>;
  /** When the provider last changed its record. Flexprice only. */
  updatedAt: Maybe<Scalars['DateTime']['output']>;
  /** Until when it can be paid. Null for a session that never expires, and when the provider did not say. */
  expiresAt: Maybe<Scalars['DateTime']['output']>;
  /** When the customer completed it. Null before, and always at Flex. */
  completedAt: Maybe<Scalars['DateTime']['output']>;
  /** When it was canceled. Flexprice only: Meteroid and Flex show a canceled session by its status alone. */
  canceledAt: Maybe<Scalars['DateTime']['output']>;
  /**
   * Whether its time is over without its ever having been completed. It follows the clock, not the provider: `expiresAt`
   * may have passed while `status` still says OPEN, because providers mark expired sessions with a delay.
   */
  isExpired: Scalars['Boolean']['output'];
  /**
   * Whether its record was put away, as `deleteCheckoutSession` does at Flexprice; always false at Meteroid and Flex. Lists
   * leave archived sessions out. The status stays what it was, and a link that was already given out may still be paid.
   */
  isArchived: Scalars['Boolean']['output'];
  /**
   * What the provider lets be done with this session in its present state; empty when nothing can. Offer an action to
   * users only when it is listed here: another one is refused with a user error, or finds that it was done before.
   */
  availableActions: Array<CheckoutAction>;
  /**
   * When the provider gave the values shown here: a moment ago, or earlier when they come from the cache. Compare it with
   * the present time to tell how old they are.
   */
  fetchedAt: Scalars['DateTime']['output'];
  /** What only this session's provider has, in its own vocabulary. Choose with a fragment on the provider's type. */
  details: CheckoutSessionDetails;
};

/** What one provider knows of a session beyond what all have in common. */
export type CheckoutSessionDetails = FlexpriceCheckoutDetails | MeteroidCheckoutDetails | FlexCheckoutDetails;

/** Where a session is in its life. */
export type CheckoutSessionStatus =
  /** Waiting for the customer. */
  | 'OPEN'
  /**
   * The customer has acted, and something is still under way: a payment that takes its time or has to be tried again, or,
   * at Flex, a step after the payment, such as a letter of medical necessity.
   */
  | 'PROCESSING'
  /** Done: paid, or the subscription is in place. */
  | 'COMPLETED'
  /** Its time ran out before it was completed. */
  | 'EXPIRED'
  /** It was called off before it was completed. Flexprice has no word for it: there, `canceledAt` is what tells. */
  | 'CANCELED'
  /** It went wrong for good. Only Flexprice says so; `failureReason` may tell why. */
  | 'FAILED'
  /** The provider sent a word that this gateway does not know: `providerStatus` has it. */
  | 'UNKNOWN';

/** What a session is for. */
export type CheckoutMode =
  /** A payment that is made once. */
  | 'PAYMENT'
  /** Starting or changing a subscription. Every session of Meteroid is one. */
  | 'SUBSCRIPTION'
  /** Saving a payment method for later, without charging it. Flex only. */
  | 'SETUP'
  /** Charging a saved payment method without the customer being there. Flex only. */
  | 'OFF_SESSION'
  /** The provider sent a word that this gateway does not know, or none. */
  | 'UNKNOWN';

/** Something that can be done with a session. */
export type CheckoutAction =
  /** End a session that is not finished, so that it can no longer be paid (Meteroid, Flex). */
  | 'CANCEL'
  /** Put the record away; this ends nothing (Flexprice). */
  | 'DELETE'
  /** Take money that has only been authorized so far (Flex, manual capture). */
  | 'CAPTURE'
  /** Give back some or all of the money received (Flex). */
  | 'REFUND'
  /** Charge the saved payment method (Flex). */
  | 'CONFIRM'
  /** Authorize again money that has not been taken yet (Flex). */
  | 'REAUTHORIZE';

/** A page of checkout sessions, as the Relay cursor connection specification describes it. */
export type CheckoutSessionConnection = {
  /** The sessions of this page, each with its cursor. */
  edges: Array<CheckoutSessionEdge>;
  /** The same sessions as in `edges` and in the same order, for clients that need no cursor of each. */
  nodes: Array<CheckoutSession>;
  /** Whether the list goes on, and where. */
  pageInfo: PageInfo;
  /**
   * How many sessions match in all. Counted only when it is selected, which costs calls: Flex can only be counted by
   * looking for its end. Null when one of the providers cannot tell, or fails.
   */
  totalCount: Maybe<Scalars['Int']['output']>;
  /**
   * One entry for each enabled provider that the filter asks about, with what this page could and could not see of it. A
   * page is complete only when none of them says FAILED, and up to date only when none says STALE.
   */
  sources: Array<CheckoutSource>;
};

/** A session in its place in the list. */
export type CheckoutSessionEdge = {
  /**
   * Opaque place of this session in the list, at most 512 characters: give it as `after` for what is behind it, as `before`
   * for what is before it. It is only good for lists with the same filter, asked for by a caller who sees the same sessions.
   */
  cursor: Scalars['String']['output'];
  /** The session at this place. */
  node: CheckoutSession;
};

/** Where a page lies in its list. */
export type PageInfo = {
  /** Whether there are sessions behind this page, that is, older ones. */
  hasNextPage: Scalars['Boolean']['output'];
  /** Whether there are sessions before this page, that is, newer ones. */
  hasPreviousPage: Scalars['Boolean']['output'];
  /** Cursor of the first edge: the `before` of the previous page. Null when the page is empty and nothing is before it. */
  startCursor: Maybe<Scalars['String']['output']>;
  /**
   * The `after` of the next page: the cursor of the last edge. Null when the page is empty and nothing is behind it. A page
   * may be short, or empty, and still have a next one: when a provider failed, or when matches have to be looked for.
   */
  endCursor: Maybe<Scalars['String']['output']>;
};

/** What one provider gave to a list. */
export type CheckoutSource = {
  /** The provider that was asked. */
  provider: CheckoutProvider;
  /** Whether and how it answered. */
  state: CheckoutSourceState;
  /** How much of what the provider has a list can hold. */
  coverage: CheckoutSourceCoverage;
  /** Why it could not answer, in the words of `extensions.code`, such as UPSTREAM_TIMEOUT. Null unless STALE or FAILED. */
  code: Maybe<Scalars['String']['output']>;
  /** One sentence about the failure, fit to be shown to a user. Null unless STALE or FAILED. */
  message: Maybe<Scalars['String']['output']>;
};

/** How a provider took part in a list. */
export type CheckoutSourceState =
  /** It answered. */
  | 'OK'
  /** It could not answer, so some or all of its sessions come from the cache: `fetchedAt` of each tells from when. */
  | 'STALE'
  /** It could not answer, so its sessions are missing here. None is lost: the next page that it answers for begins with them. */
  | 'FAILED'
  /** It cannot hold a session that belongs in this list, so it was not asked. */
  | 'SKIPPED';

/** Which sessions of a provider a list can hold. */
export type CheckoutSourceCoverage =
  /** Every session that the provider has. */
  | 'ALL'
  /** Only the sessions that this gateway created or was told of: the provider has no way to list the others. */
  | 'KNOWN';

/**
 * What only Flex has. Its words are handed on as it sent them, since new ones may come. Fields of type JSON have the shape
 * that Flex gives them, and are null when it sent none. All amounts are in US dollars.
 */
export type FlexCheckoutDetails = {
  /** Whether the customer may enter a promotion code. */
  allowPromotionCodes: Maybe<Scalars['Boolean']['output']>;
  /** When the money is taken: `automatic` at once, or `manual` by a later capture. */
  captureMethod: Maybe<Scalars['String']['output']>;
  /** Every time that authorized money was taken. Empty when it never was. */
  captures: Array<FlexCapture>;
  /** Texts of your own that the hosted page shows. */
  customText: Maybe<Scalars['JSON']['output']>;
  /** What the customer's form is filled in with beforehand. */
  defaults: Maybe<Scalars['JSON']['output']>;
  /** Payments that the customer's bank has disputed. Empty when there are none. */
  disputes: Array<FlexDispute>;
  /** Fees that belong to the order. */
  fees: Maybe<Scalars['JSON']['output']>;
  /** Whether what is bought may be paid with a health savings or flexible spending account. */
  hsaFsaEligible: Maybe<Scalars['Boolean']['output']>;
  /** Flex's id of the invoice. */
  invoiceId: Maybe<Scalars['String']['output']>;
  /**
   * Whether a letter of medical necessity is needed for what is bought. While it is awaited, the money may have moved
   * already and the session is PROCESSING.
   */
  letterOfMedicalNecessityRequired: Maybe<Scalars['Boolean']['output']>;
  /** What is being bought. This costs a call to Flex of its own, made only when the field is selected. */
  lineItems: Array<FlexLineItem>;
  /** Where the session was made, such as `shopify`. */
  origin: Maybe<Scalars['String']['output']>;
  /**
   * The payment as Flex tracks it. `id` costs nothing; when more than that is selected, Flex is asked for it in the same
   * call as the session. Null until there is one.
   */
  paymentIntent: Maybe<FlexPaymentIntent>;
  /** Ids of all payment intents of the session: there can be several when more than one card pays. */
  paymentIntentIds: Array<Scalars['String']['output']>;
  /** Settings for single methods of payment. */
  paymentMethodOptions: Maybe<Scalars['JSON']['output']>;
  /** Fees that a platform keeps. */
  platformFees: Maybe<Scalars['JSON']['output']>;
  /** Money that was given back. Empty when none was. */
  refunds: Array<FlexRefund>;
  /** Flex's id of the setup intent that saves a payment method, for sessions whose mode is SETUP. Null for others. */
  setupIntentId: Maybe<Scalars['String']['output']>;
  /** Whether the hosted page asks for a shipping address. */
  shippingAddressCollection: Maybe<Scalars['Boolean']['output']>;
  /** Where and to whom to ship: personal data. */
  shippingDetails: Maybe<Scalars['JSON']['output']>;
  /** Ways of shipping that the customer may choose from. */
  shippingOptions: Maybe<Scalars['JSON']['output']>;
  /** How a cart is paid in which only some items are eligible, in Flex's own word. */
  splitCart: Maybe<Scalars['String']['output']>;
  /** Settings of the subscription to be created, for sessions whose mode is SUBSCRIPTION. */
  subscriptionData: Maybe<Scalars['JSON']['output']>;
  /** Whether prices are without taxes, `exclusive`, or with them, `inclusive`. */
  taxCalculationMode: Maybe<Scalars['String']['output']>;
  /** The tax rate that is applied. */
  taxRate: Maybe<Scalars['JSON']['output']>;
  /** What the total is made of, such as taxes, shipping and discounts. */
  totalDetails: Maybe<Scalars['JSON']['output']>;
  /**
   * Kind of the consultation that goes with the purchase, such as `cbtSleep`. It may tell about someone's health: treat it
   * as personal data.
   */
  visitType: Maybe<Scalars['String']['output']>;
};

/** One time that authorized money was taken. */
export type FlexCapture = {
  /** Flex's id of the capture. */
  id: Maybe<Scalars['String']['output']>;
  /** How much was taken. */
  amount: Maybe<Money>;
  /** When it was taken. */
  createdAt: Maybe<Scalars['DateTime']['output']>;
};

/** A payment that the customer's bank has disputed. */
export type FlexDispute = {
  /** Flex's id of the dispute. */
  id: Maybe<Scalars['String']['output']>;
  /** How much is disputed. */
  amount: Maybe<Money>;
  /** How the dispute stands, in Flex's own word. */
  status: Maybe<Scalars['String']['output']>;
  /** When the dispute began. */
  createdAt: Maybe<Scalars['DateTime']['output']>;
};

/** Money that was given back. */
export type FlexRefund = {
  /** Flex's id of the refund. */
  id: Maybe<Scalars['String']['output']>;
  /** How much was given back. */
  amount: Maybe<Money>;
  /** How the refund stands, in Flex's own word. */
  status: Maybe<Scalars['String']['output']>;
  /** When the refund was made. */
  createdAt: Maybe<Scalars['DateTime']['output']>;
};

/** A payment as Flex tracks it. */
export type FlexPaymentIntent = {
  /** Flex's id of the payment intent. */
  id: Scalars['String']['output'];
  /** How the payment stands, in Flex's own word. */
  status: Maybe<Scalars['String']['output']>;
  /** How much is to be paid. */
  amount: Maybe<Money>;
  /** How much has been received so far. */
  amountReceived: Maybe<Money>;
  /** How much is authorized and can still be taken. */
  amountCapturable: Maybe<Money>;
  /** When it was made. */
  createdAt: Maybe<Scalars['DateTime']['output']>;
};

/** One kind of thing that is being bought. Each field is null when Flex left it out. */
export type FlexLineItem = {
  /** Flex's id of the line item. */
  id: Maybe<Scalars['String']['output']>;
  /** Name of what is bought. */
  description: Maybe<Scalars['String']['output']>;
  /** How many of it. */
  quantity: Maybe<Scalars['Int']['output']>;
  /** How it may be paid from a health savings or flexible spending account, in Flex's own word. */
  eligibility: Maybe<Scalars['String']['output']>;
  /** Flex's id of the price. */
  priceId: Maybe<Scalars['String']['output']>;
  /** Flex's id of the product. */
  productId: Maybe<Scalars['String']['output']>;
  /** What this line comes to in all. */
  total: Maybe<Money>;
  /** What this line costs before taxes, shipping and discounts. */
  subtotal: Maybe<Money>;
  /** Taxes on this line. */
  tax: Maybe<Money>;
  /** What is taken off the price of this line. */
  discount: Maybe<Money>;
  /** Shipping that falls to this line. */
  shipping: Maybe<Money>;
};

/**
 * What only Flexprice has. Its words are handed on as it sent them, since new ones may come; each field is null when
 * Flexprice left it out.
 */
export type FlexpriceCheckoutDetails = {
  /** What completing the session does, such as `create_subscription`. */
  action: Maybe<Scalars['String']['output']>;
  /**
   * State of the record as such: `published`, `archived` or `deleted`. It says nothing about the payment; that is `status`
   * of the session.
   */
  recordStatus: Maybe<Scalars['String']['output']>;
  /** Flexprice's id of the account that the session belongs to. */
  tenantId: Maybe<Scalars['String']['output']>;
  /** Flexprice's id of the environment, such as production or a sandbox, within the account. */
  environmentId: Maybe<Scalars['String']['output']>;
  /** Who takes the money, such as `razorpay`. */
  paymentProvider: Maybe<Scalars['String']['output']>;
  /** What the customer has to do to pay. `checkoutUrl` of the session is its address, while it can be used. */
  paymentAction: Maybe<FlexpricePaymentAction>;
  /** Id of the invoice that completing the session made. Null before. */
  checkoutInvoiceId: Maybe<Scalars['String']['output']>;
  /** Id of the payment that completing the session made. Null before. */
  checkoutPaymentId: Maybe<Scalars['String']['output']>;
  /** What is to happen when the session is completed. */
  configuration: Maybe<FlexpriceCheckoutConfiguration>;
  /** What completing the session made. Null before, and when Flexprice keeps it back. */
  result: Maybe<FlexpriceCheckoutResult>;
  /** What the payment provider answered. Flexprice may keep it back, since it can hold tokens. */
  providerResult: Maybe<FlexpriceProviderResult>;
  /** Who created the session: Flexprice's id of a user or an API key. */
  createdBy: Maybe<Scalars['String']['output']>;
  /** Who last changed the session: Flexprice's id of a user or an API key. */
  updatedBy: Maybe<Scalars['String']['output']>;
};

/** A step that the customer has to take on a page of the payment provider. */
export type FlexpricePaymentAction = {
  /** Kind of page: `checkout_url` or `payment_link`. */
  type: Maybe<Scalars['String']['output']>;
  /** Address of the page, also when the session can no longer be paid. To send a customer there, use `checkoutUrl`. */
  url: Maybe<Scalars['URL']['output']>;
};

/** What a Flexprice session is set up to do. */
export type FlexpriceCheckoutConfiguration = {
  /** The subscription to be created. Null for a session with another action. */
  createSubscription: Maybe<FlexpriceCreateSubscription>;
};

/** A subscription that completing the session creates. */
export type FlexpriceCreateSubscription = {
  /** Flexprice's id of the plan. */
  planId: Maybe<Scalars['String']['output']>;
  /** Currency of the subscription, as it was given to Flexprice: often in lower case. */
  currency: Maybe<Scalars['String']['output']>;
  /** How often it is billed: `MONTHLY`, `ANNUAL`, `WEEKLY`, `DAILY`, `QUARTERLY`, `HALF_YEARLY` or `ONETIME`. */
  billingPeriod: Maybe<Scalars['String']['output']>;
  /** A key of your own for the subscription. */
  lookupKey: Maybe<Scalars['String']['output']>;
  /** When the subscription begins. Null when the session does not set it. */
  startDate: Maybe<Scalars['DateTime']['output']>;
  /** When the subscription ends. Null for one without a set end. */
  endDate: Maybe<Scalars['DateTime']['output']>;
  /** What is attached to the subscription; the session has `metadata` of its own. */
  metadata: Array<MetadataEntry>;
};

/** What completing a Flexprice session made. */
export type FlexpriceCheckoutResult = {
  /** Flexprice's id of the subscription. */
  subscriptionId: Maybe<Scalars['String']['output']>;
  /** Flexprice's id of its first invoice. */
  invoiceId: Maybe<Scalars['String']['output']>;
  /** Flexprice's id of the payment. */
  paymentId: Maybe<Scalars['String']['output']>;
};

/** What the payment provider behind Flexprice answered. */
export type FlexpriceProviderResult = {
  /** The payment provider's id of its own session or payment link, such as `plink_…` at Razorpay. */
  providerSessionId: Maybe<Scalars['String']['output']>;
  /** The payment provider's id of the charge or payment intent. Some give it only once the customer has paid. */
  providerPaymentIntentId: Maybe<Scalars['String']['output']>;
  /** Until when the payment provider's page can be used. The session expires no later. */
  expiresAt: Maybe<Scalars['DateTime']['output']>;
  /** What the customer has to do at the payment provider. */
  nextAction: Maybe<FlexpricePaymentAction>;
  /** Further values of the payment provider's. */
  metadata: Array<MetadataEntry>;
};

/** What only Meteroid has. Its words are handed on as it sent them, since new ones may come. */
export type MeteroidCheckoutDetails = {
  /**
   * What the checkout is about: `SELF_SERVE`, `SUBSCRIPTION_ACTIVATION`, `PLAN_CHANGE` or `ADDON_PURCHASE`. Empty should
   * Meteroid leave it out.
   */
  checkoutType: Scalars['String']['output'];
  /** Meteroid's id of the version of the plan that is subscribed to. Empty should Meteroid leave it out. */
  planVersionId: Scalars['String']['output'];
  /** Day of the month on which billing periods begin. Null when the session does not set it. */
  billingDayAnchor: Maybe<Scalars['Int']['output']>;
  /** First day that is billed. Null when the session does not set it. */
  billingStartDate: Maybe<Scalars['Date']['output']>;
  /** The coupon that was applied by its code. Null when there is none. */
  couponCode: Maybe<Scalars['String']['output']>;
  /** Days that the customer has to pay an invoice. Null when the session does not set it. */
  netTerms: Maybe<Scalars['Int']['output']>;
  /** Length of the free trial in days. Null when the session does not set it. */
  trialDurationDays: Maybe<Scalars['Int']['output']>;
  /** How the customer may pay. Null when the session does not set it. */
  paymentMethods: Maybe<MeteroidPaymentMethods>;
};

/** The one way in which the customer of a Meteroid session may pay. */
export type MeteroidPaymentMethods = MeteroidOnlinePayment | MeteroidBankTransfer | MeteroidExternalPayment;

/** Paid on the hosted page. A method that the session does not decide on is inherited from the invoicing entity. */
export type MeteroidOnlinePayment = {
  /** Whether cards are accepted. Null when inherited from the invoicing entity. */
  card: Maybe<Scalars['Boolean']['output']>;
  /** Whether direct debit is accepted. Null when inherited from the invoicing entity. */
  directDebit: Maybe<Scalars['Boolean']['output']>;
};

/** Paid by a bank transfer of the customer's. */
export type MeteroidBankTransfer = {
  /** Meteroid's id of the account to transfer to. Null when the session does not set it. */
  accountId: Maybe<Scalars['String']['output']>;
};

/** Paid outside of Meteroid, or in a way so new that this gateway knows no more than its name. */
export type MeteroidExternalPayment = {
  /** Meteroid's word for this way of paying, as it was sent: `external`. */
  type: Scalars['String']['output'];
};

/** A span of time. All that is given must hold. */
export type DateTimeFilter = {
  /** Later than this moment. */
  gt?: InputMaybe<Scalars['DateTime']['input']>;
  /** At this moment or later. */
  gte?: InputMaybe<Scalars['DateTime']['input']>;
  /** Earlier than this moment. */
  lt?: InputMaybe<Scalars['DateTime']['input']>;
  /** At this moment or earlier. */
  lte?: InputMaybe<Scalars['DateTime']['input']>;
};

/** A customer of one provider. */
export type CheckoutCustomerFilter = {
  /** The provider whose customer it is. */
  provider: CheckoutProvider;
  /** The customer's id, exactly as the provider writes it: `CheckoutCustomer.id`. */
  id: Scalars['String']['input'];
};

/**
 * Which sessions a list shall hold. All that is given must hold, and means the same for every provider. A filter on
 * something that a provider's sessions never have skips that provider: `sources` then says SKIPPED. An empty list is the
 * error BAD_USER_INPUT; leave the filter out instead.
 */
export type CheckoutSessionFilter = {
  /** Only sessions of these providers; the others do not appear in `sources`. */
  providers?: InputMaybe<Array<CheckoutProvider>>;
  /**
   * Only sessions in any of these statuses. Flex takes one status and one customer a call: more than ten pairs of them are
   * the error BAD_USER_INPUT.
   */
  statuses?: InputMaybe<Array<CheckoutSessionStatus>>;
  /**
   * Only sessions of any of these customers. A provider of which no customer is named is skipped. A caller that is bound to
   * customers counts as naming all of them; of those that it names itself, the others match nothing.
   */
  customers?: InputMaybe<Array<CheckoutCustomerFilter>>;
  /** Only sessions of the customer with this email address. Flex knows it, the other providers are skipped. */
  customerEmail?: InputMaybe<Scalars['String']['input']>;
  /** Only the sessions that led to this subscription. */
  subscriptionId?: InputMaybe<Scalars['String']['input']>;
  /** Only the sessions paid by this payment: `CheckoutSession.paymentId`. */
  paymentId?: InputMaybe<Scalars['String']['input']>;
  /** Only sessions with this reference of yours. Flex keeps it, the other providers are skipped. */
  clientReferenceId?: InputMaybe<Scalars['String']['input']>;
  /** Only sessions with a dispute, or only those without one. Flex tells of disputes, the other providers are skipped. */
  hasDisputes?: InputMaybe<Scalars['Boolean']['input']>;
  /** Only sessions created in this span of time. One that does not tell when it was created is in none. */
  createdAt?: InputMaybe<DateTimeFilter>;
  /** Only sessions created in the last so many times 24 hours, 1 to 36,500. */
  createdWithinDays?: InputMaybe<Scalars['Int']['input']>;
  /** Archived sessions too. */
  includeArchived?: InputMaybe<Scalars['Boolean']['input']>;
};

/** How the gateway learned of a change. */
export type CheckoutChangeTrigger =
  /** The provider told. */
  | 'WEBHOOK'
  /** A client changed the session through the gateway. */
  | 'MUTATION'
  /** The gateway looked: when the subscription began, after it may have missed something, or because the provider does not tell. */
  | 'POLL';

/** A session that has changed, or, first of all, how a session is that the subscription names. */
export type CheckoutSessionChange = {
  /** The session as it is now. Of several changes in quick succession, only the newest may come. */
  checkoutSession: CheckoutSession;
  /** The status that this subscriber was sent before, or else that was told last. Null when neither is known, and for the first look at a session. */
  previousStatus: Maybe<CheckoutSessionStatus>;
  /** How the gateway learned of it. */
  trigger: CheckoutChangeTrigger;
  /** When the gateway learned of it. */
  at: Scalars['DateTime']['output'];
};

/** Changes of checkout sessions as they happen, over graphql-ws and graphql-sse. */
export type Subscription = {
  /**
   * Every change that the gateway learns of: of the sessions in `ids`, or, without `ids`, of all. Sessions that are named come
   * first as they are now, so that a client that reconnects misses nothing. The filter is held against each session as it is
   * after the change; archived ones are left out unless it asks for them. Never goes back to what was before.
   *
   * Errors: BAD_USER_INPUT for an id that the gateway cannot have made, no ids or more than 100, and a filter that makes no sense;
   * OVERLOADED when there are too many subscribers, or this one is too slow. A session that cannot be read is an event that is
   * an UPSTREAM_ error, and the subscription goes on. One that does not exist (yet) sends nothing; nor does one that the caller is
   * not to see.
   */
  checkoutSessionChanged: CheckoutSessionChange;
};


/** Changes of checkout sessions as they happen, over graphql-ws and graphql-sse. */
export type SubscriptionCheckoutSessionChangedArgs = {
  ids?: InputMaybe<Array<Scalars['ID']['input']>>;
  filter?: InputMaybe<CheckoutSessionFilter>;
};

/** One key with its value, as it shall be kept by the provider. Up to 50 of them. */
export type MetadataEntryInput = {
  /** The key. Each only once; at most 100 characters. */
  key: Scalars['String']['input'];
  /** The value. At most 500 characters. */
  value: Scalars['String']['input'];
};

/** A session to make, and the key to make it under. */
export type CreateCheckoutSessionInput = {
  /**
   * A name of the client's own choice for this change. The same key with the same input, for 72 hours, gives the first result
   * again and never a second session. 1 to 255 visible ASCII characters.
   */
  idempotencyKey: Scalars['String']['input'];
  /** The session to make. */
  session: NewCheckoutSession;
};

/**
 * A session to make, at exactly one of the providers. At most 24 KiB as JSON; lists of up to 100 entries, addresses of up to
 * 2,048 characters, other texts of up to 1,000. What is JSON here is bounded by the whole alone.
 */
export type NewCheckoutSession =
  /** A session at Flexprice. */
  { flexprice: NewFlexpriceSession; meteroid?: never; flex?: never; }
  |  /** A session at Meteroid. */
  { flexprice?: never; meteroid: NewMeteroidSession; flex?: never; }
  |  /** A session at Flex. */
  { flexprice?: never; meteroid?: never; flex: NewFlexSession; };

/** A session at Flexprice, by which a customer buys a subscription. */
export type NewFlexpriceSession = {
  /** The merchant's own id of the customer. */
  customerExternalId: Scalars['String']['input'];
  /** Who takes the payment. */
  paymentProvider?: Scalars['String']['input'];
  /** The subscription to sell. */
  createSubscription: NewFlexpriceSubscription;
  /** Where the customer goes after paying. */
  successUrl?: InputMaybe<Scalars['URL']['input']>;
  /** Where the customer goes when the payment fails. */
  failureUrl?: InputMaybe<Scalars['URL']['input']>;
  /** Where the customer goes after giving up. */
  cancelUrl?: InputMaybe<Scalars['URL']['input']>;
  /** Kept with the session. */
  metadata?: InputMaybe<Array<MetadataEntryInput>>;
};

/** A subscription to sell at Flexprice. */
export type NewFlexpriceSubscription = {
  /** Flexprice's id of the plan. */
  planId: Scalars['String']['input'];
  /** ISO 4217 code. */
  currency: Scalars['String']['input'];
  /** `MONTHLY`, `ANNUAL`, `WEEKLY`, `DAILY`, `QUARTERLY`, `HALF_YEARLY` or `ONETIME`. */
  billingPeriod: Scalars['String']['input'];
  /** The merchant's own key for the subscription. */
  lookupKey?: InputMaybe<Scalars['String']['input']>;
  /** When it begins. */
  startDate?: InputMaybe<Scalars['DateTime']['input']>;
  /** When it ends. */
  endDate?: InputMaybe<Scalars['DateTime']['input']>;
  /** Kept with the subscription. */
  metadata?: InputMaybe<Array<MetadataEntryInput>>;
};

/** A session at Meteroid, by which a customer buys a subscription. */
export type NewMeteroidSession = {
  /** Meteroid's id of the customer, or the merchant's alias. */
  customerId: Scalars['String']['input'];
  /** Meteroid's id of the plan's version. */
  planVersionId: Scalars['String']['input'];
  /** Code of a coupon. */
  couponCode?: InputMaybe<Scalars['String']['input']>;
  /** Meteroid's ids of coupons. */
  couponIds?: InputMaybe<Array<Scalars['String']['input']>>;
  /** The day from which is billed. */
  billingStartDate?: InputMaybe<Scalars['Date']['input']>;
  /** The day of the month on which is billed: 1 to 31. */
  billingDayAnchor?: InputMaybe<Scalars['Int']['input']>;
  /** Days that the customer has to pay an invoice. */
  netTerms?: InputMaybe<Scalars['Int']['input']>;
  /** Days without charge at the beginning. */
  trialDurationDays?: InputMaybe<Scalars['Int']['input']>;
  /** The day on which the subscription ends. */
  endDate?: InputMaybe<Scalars['Date']['input']>;
  /** Hours until the session expires: 1 when left out, 0 for never. */
  expiresInHours?: InputMaybe<Scalars['Int']['input']>;
  /** Whether invoices are finalized without being looked at. */
  autoAdvanceInvoices?: InputMaybe<Scalars['Boolean']['input']>;
  /** Whether the customer's payment method is charged without asking. */
  chargeAutomatically?: InputMaybe<Scalars['Boolean']['input']>;
  /** Printed on each invoice. */
  invoiceMemo?: InputMaybe<Scalars['String']['input']>;
  /** Decimal text: an invoice is made when so much has come together. */
  invoiceThreshold?: InputMaybe<Scalars['String']['input']>;
  /** The customer's own number of the order. */
  purchaseOrder?: InputMaybe<Scalars['String']['input']>;
  /** Changes to the plan's components, in Meteroid's own form. */
  components?: InputMaybe<Scalars['JSON']['input']>;
  /** Add-ons, in Meteroid's own form. */
  addOns?: InputMaybe<Scalars['JSON']['input']>;
  /** Kept with the subscription, in Meteroid's own form. */
  metadata?: InputMaybe<Scalars['JSON']['input']>;
  /** How may be paid, in Meteroid's own form. */
  paymentMethods?: InputMaybe<Scalars['JSON']['input']>;
};

/** A session at Flex, which takes health savings and spending accounts. */
export type NewFlexSession = {
  /** What is being bought. */
  lineItems: Array<NewFlexLineItem>;
  /** `payment`, `subscription`, `setup` or `off_session`. */
  mode?: Scalars['String']['input'];
  /** Where the customer goes after paying. Flex fills in `{CHECKOUT_SESSION_ID}`. */
  successUrl: Scalars['URL']['input'];
  /** Where the customer goes after giving up. */
  cancelUrl?: InputMaybe<Scalars['URL']['input']>;
  /** The merchant's own reference. */
  clientReferenceId?: InputMaybe<Scalars['String']['input']>;
  /** Flex's id of the customer. */
  customerId?: InputMaybe<Scalars['String']['input']>;
  /** What the payment page is filled in with. */
  defaults?: InputMaybe<NewFlexCustomerDefaults>;
  /** Whether promotion codes are taken. */
  allowPromotionCodes?: InputMaybe<Scalars['Boolean']['input']>;
  /** `automatic` or `manual`. */
  captureMethod?: InputMaybe<Scalars['String']['input']>;
  /** Flex's id of a saved payment method, for mode `off_session`. */
  paymentMethod?: InputMaybe<Scalars['String']['input']>;
  /** Whether and for what the payment method is saved. */
  setupFutureUse?: InputMaybe<Scalars['String']['input']>;
  /** About the subscription, in Flex's own form. */
  subscriptionData?: InputMaybe<Scalars['JSON']['input']>;
  /** Ways of shipping, in Flex's own form. */
  shippingOptions?: InputMaybe<Scalars['JSON']['input']>;
  /** Whether the customer is asked for an address. */
  shippingAddressCollection?: InputMaybe<Scalars['Boolean']['input']>;
  /** Discounts, in Flex's own form. */
  discounts?: InputMaybe<Scalars['JSON']['input']>;
  /** Fees, in Flex's own form. */
  fees?: InputMaybe<Scalars['JSON']['input']>;
  /** The tax, in Flex's own form. */
  taxRate?: InputMaybe<Scalars['JSON']['input']>;
  /** When it expires; cut to whole seconds. */
  expiresAt?: InputMaybe<Scalars['DateTime']['input']>;
  /** Kept with the session. */
  metadata?: InputMaybe<Array<MetadataEntryInput>>;
};

/** Something to sell at Flex: a price that it knows, or a new one. */
export type NewFlexLineItem = {
  /** Flex's id of a price. This or `priceData`. */
  price?: InputMaybe<Scalars['String']['input']>;
  /** A new price, in Flex's own form. */
  priceData?: InputMaybe<Scalars['JSON']['input']>;
  /** How many: 1 or more. */
  quantity?: Scalars['Int']['input'];
};

/** What Flex's payment page is filled in with. */
export type NewFlexCustomerDefaults = {
  /** Email address. */
  email?: InputMaybe<Scalars['String']['input']>;
  /** Given name. */
  firstName?: InputMaybe<Scalars['String']['input']>;
  /** Family name. */
  lastName?: InputMaybe<Scalars['String']['input']>;
  /** Phone number. */
  phone?: InputMaybe<Scalars['String']['input']>;
  /** Flex's id of the customer. */
  customerId?: InputMaybe<Scalars['String']['input']>;
};

/** An object with a global id, by which `Query.node` finds it again. */
export type Node = {
  /** Opaque global id: unique over all types and providers, and the same for ever. Store it, but do not take it apart. */
  id: Scalars['ID']['output'];
};

/** A company whose checkout sessions the gateway shows. */
export type CheckoutProvider =
  /** Flexprice: checkouts that start a subscription, paid through a payment provider such as Razorpay. */
  | 'FLEXPRICE'
  /** Meteroid: checkouts for subscriptions to a plan version, their changes and add-ons. */
  | 'METEROID'
  /** Flex (withflex.com): payments in US dollars, also out of health savings and flexible spending accounts (HSA, FSA). */
  | 'FLEX';

/** One provider, seen from this gateway. */
export type ProviderInfo = {
  /** Which one. */
  provider: CheckoutProvider;
  /** Whether the gateway has credentials for it. Sessions of a provider that is not enabled cannot be found. */
  enabled: Scalars['Boolean']['output'];
  /** How well it has been answering lately. */
  health: ProviderHealth;
  /**
   * What can be done with this provider, as names of query and mutation fields, such as `deleteCheckoutSession`. What a
   * single session allows at the moment stands in its `availableActions`.
   */
  operations: Array<Scalars['String']['output']>;
  /** Which of its sessions `Query.checkoutSessions` can hold. */
  listCoverage: CheckoutSourceCoverage;
};

/** How well a provider has been answering lately. */
export type ProviderHealth =
  /** It answers. */
  | 'UP'
  /** Some calls fail; reads may be slow or come from the cache. */
  | 'DEGRADED'
  /** Calls fail, and most are not even tried until it recovers; or the provider is not enabled. */
  | 'DOWN';

/**
 * Where every read begins. For a caller that is bound to customers only the sessions of these exist: any other is null, in no
 * list, and in no total.
 */
export type Query = {
  /**
   * Finds any object again by its global id. Null when there is no such object, or when the id belongs to a provider that
   * is not enabled. An id that this gateway cannot have made is the error BAD_USER_INPUT.
   */
  node: Maybe<Node>;
  /**
   * Finds several objects at once. The answer has one place for each id asked for, in the same order, with null where
   * nothing was found. An id that fails leaves null in its place and an error with the path to it; the others are
   * answered.
   */
  nodes: Array<Maybe<Node>>;
  /**
   * One checkout session by its global id. Null, without an error, when its provider has no such session or is not
   * enabled. An id that this gateway cannot have made is the error BAD_USER_INPUT.
   */
  checkoutSession: Maybe<CheckoutSession>;
  /**
   * One checkout session by the id that its provider gave it, for those who have it from a redirect, a webhook or the
   * provider's dashboard. Null, without an error, when the provider has no such session or is not enabled.
   */
  checkoutSessionByProviderId: Maybe<CheckoutSession>;
  /**
   * The sessions of all enabled providers in one list, newest first by `createdAt`; equal times are ordered by the name of
   * the provider and then as the provider itself orders them. Relay connection, forward and backward: any edge's cursor can
   * be continued from in both directions. Archived sessions are left out unless the filter asks for them. A provider that
   * fails costs only its own sessions: `sources` tells which one, and the others are still listed. When every provider that
   * was asked fails, the field is an error. Bad arguments are the error BAD_USER_INPUT, before anything is asked.
   */
  checkoutSessions: CheckoutSessionConnection;
  /** Every provider that this gateway knows, also those that are not enabled. */
  providers: Array<ProviderInfo>;
  /**
   * What became of a change, by the `idempotencyKey` that it was sent with: the caller's newest with that key, kept for 72
   * hours. One that was left unanswered is looked into first; none is begun anew. Null when there is none. Callers of one name
   * who are bound to different customers have keys of their own.
   */
  operation: Maybe<CheckoutOperation>;
};


/**
 * Where every read begins. For a caller that is bound to customers only the sessions of these exist: any other is null, in no
 * list, and in no total.
 */
export type QueryNodeArgs = {
  id: Scalars['ID']['input'];
};


/**
 * Where every read begins. For a caller that is bound to customers only the sessions of these exist: any other is null, in no
 * list, and in no total.
 */
export type QueryNodesArgs = {
  ids: Array<Scalars['ID']['input']>;
};


/**
 * Where every read begins. For a caller that is bound to customers only the sessions of these exist: any other is null, in no
 * list, and in no total.
 */
export type QueryCheckoutSessionArgs = {
  id: Scalars['ID']['input'];
};


/**
 * Where every read begins. For a caller that is bound to customers only the sessions of these exist: any other is null, in no
 * list, and in no total.
 */
export type QueryCheckoutSessionByProviderIdArgs = {
  provider: CheckoutProvider;
  providerId: Scalars['String']['input'];
};


/**
 * Where every read begins. For a caller that is bound to customers only the sessions of these exist: any other is null, in no
 * list, and in no total.
 */
export type QueryCheckoutSessionsArgs = {
  first?: InputMaybe<Scalars['Int']['input']>;
  after?: InputMaybe<Scalars['String']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
  before?: InputMaybe<Scalars['String']['input']>;
  offset?: InputMaybe<Scalars['Int']['input']>;
  filter?: InputMaybe<CheckoutSessionFilter>;
};


/**
 * Where every read begins. For a caller that is bound to customers only the sessions of these exist: any other is null, in no
 * list, and in no total.
 */
export type QueryOperationArgs = {
  idempotencyKey: Scalars['String']['input'];
};

/**
 * Who pays. `id` comes with every session that has a customer; the other fields are Flex's alone, which is asked for them
 * only when one of them is selected.
 */
export type CheckoutCustomer = {
  /** The provider's id of the customer. Null for a customer that the provider has only contact data of. */
  id: Maybe<Scalars['String']['output']>;
  /** Email address. Flex only. */
  email: Maybe<Scalars['String']['output']>;
  /** Given name. Flex only. */
  firstName: Maybe<Scalars['String']['output']>;
  /** Family name. Flex only. */
  lastName: Maybe<Scalars['String']['output']>;
  /** Phone number as the customer wrote it. Flex only. */
  phone: Maybe<Scalars['String']['output']>;
};

/** An exact amount of money. */
export type Money = {
  /** The amount in the currency's smallest unit: cents for USD, whole yen for JPY, thousandths for KWD. For arithmetic. */
  minorUnits: Scalars['SafeInt']['output'];
  /** ISO 4217 code in upper case. */
  currency: Scalars['String']['output'];
  /**
   * The same amount in major units, as exact decimal text with as many decimals as the currency has: `12.34` US dollars,
   * `1234` yen, `1.234` Kuwaiti dinars. For display.
   */
  decimal: Scalars['String']['output'];
};

/** What a session is worth, and what became of the money. Each amount is null when the provider did not send it. */
export type CheckoutAmounts = {
  /** What the customer is to pay: with taxes, shipping, fees and discounts. */
  total: Maybe<Money>;
  /** The line items alone, before taxes, shipping, fees and discounts. */
  subtotal: Maybe<Money>;
  /** What has been received so far. */
  received: Maybe<Money>;
  /** What has been given back so far. */
  refunded: Maybe<Money>;
  /** What the customer's bank has disputed. */
  disputed: Maybe<Money>;
};

/** One key with its value. */
export type MetadataEntry = {
  /** The key, exactly as it was given to the provider. */
  key: Scalars['String']['output'];
  /** The value. One that is no string at the provider is given as its JSON text. */
  value: Scalars['String']['output'];
};



export type ResolverTypeWrapper<T> = Promise<T> | T;


export type ResolverWithResolve<TResult, TParent, TContext, TArgs> = {
  resolve: ResolverFn<TResult, TParent, TContext, TArgs>;
};
export type Resolver<TResult, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> = ResolverFn<TResult, TParent, TContext, TArgs> | ResolverWithResolve<TResult, TParent, TContext, TArgs>;

export type ResolverFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => Promise<TResult> | TResult;

export type SubscriptionSubscribeFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => AsyncIterable<TResult> | Promise<AsyncIterable<TResult>>;

export type SubscriptionResolveFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => TResult | Promise<TResult>;

export interface SubscriptionSubscriberObject<TResult, TKey extends string, TParent, TContext, TArgs> {
  subscribe: SubscriptionSubscribeFn<{ [key in TKey]: TResult }, TParent, TContext, TArgs>;
  resolve?: SubscriptionResolveFn<TResult, { [key in TKey]: TResult }, TContext, TArgs>;
}

export interface SubscriptionResolverObject<TResult, TParent, TContext, TArgs> {
  subscribe: SubscriptionSubscribeFn<any, TParent, TContext, TArgs>;
  resolve: SubscriptionResolveFn<TResult, any, TContext, TArgs>;
}

export type SubscriptionObject<TResult, TKey extends string, TParent, TContext, TArgs> =
  | SubscriptionSubscriberObject<TResult, TKey, TParent, TContext, TArgs>
  | SubscriptionResolverObject<TResult, TParent, TContext, TArgs>;

export type SubscriptionResolver<TResult, TKey extends string, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> =
  | ((...args: any[]) => SubscriptionObject<TResult, TKey, TParent, TContext, TArgs>)
  | SubscriptionObject<TResult, TKey, TParent, TContext, TArgs>;

export type TypeResolveFn<TTypes, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>> = (
  parent: TParent,
  context: TContext,
  info: GraphQLResolveInfo
) => Maybe<TTypes> | Promise<Maybe<TTypes>>;

export type IsTypeOfResolverFn<T = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>> = (obj: T, context: TContext, info: GraphQLResolveInfo) => boolean | Promise<boolean>;

export type NextResolverFn<T> = () => Promise<T>;

export type DirectiveResolverFn<TResult = Record<PropertyKey, never>, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> = (
  next: NextResolverFn<TResult>,
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => TResult | Promise<TResult>;



/** Mapping of union types */
export type ResolversUnionTypes<_RefType extends Record<string, unknown>> = {
  CheckoutSessionDetails:
    | ( FlexpriceDetailsModel )
    | ( MeteroidDetailsModel )
    | ( FlexDetailsModel )
  ;
  MeteroidPaymentMethods:
    | ( Extract<import('../../src/checkout/session.ts').MeteroidPaymentMethods, { kind: 'ONLINE' }> )
    | ( Extract<import('../../src/checkout/session.ts').MeteroidPaymentMethods, { kind: 'BANK_TRANSFER' }> )
    | ( Extract<import('../../src/checkout/session.ts').MeteroidPaymentMethods, { kind: 'EXTERNAL' }> )
  ;
};

/** Mapping of interface types */
export type ResolversInterfaceTypes<_RefType extends Record<string, unknown>> = {
  Node: ( SessionModel );
};

/** Mapping between all available schema types and the resolvers types */
export type ResolversTypes = {
  Mutation: ResolverTypeWrapper<Record<PropertyKey, never>>;
  CheckoutSessionActionInput: CheckoutSessionActionInput;
  ID: ResolverTypeWrapper<Scalars['ID']['output']>;
  String: ResolverTypeWrapper<Scalars['String']['output']>;
  CaptureCheckoutSessionInput: CaptureCheckoutSessionInput;
  RefundCheckoutSessionInput: RefundCheckoutSessionInput;
  RefundLineItemInput: RefundLineItemInput;
  ConfirmCheckoutSessionInput: ConfirmCheckoutSessionInput;
  CheckoutSessionPayload: ResolverTypeWrapper<ChangePayloadModel>;
  DeleteCheckoutSessionPayload: ResolverTypeWrapper<DeletePayloadModel>;
  CheckoutUserError: ResolverTypeWrapper<CheckoutUserError>;
  CheckoutUserErrorCode: CheckoutUserErrorCode;
  CheckoutOperationState: CheckoutOperationState;
  CheckoutOperation: ResolverTypeWrapper<OperationModel>;
  CheckoutSession: ResolverTypeWrapper<SessionModel>;
  Boolean: ResolverTypeWrapper<Scalars['Boolean']['output']>;
  CheckoutSessionDetails: ResolverTypeWrapper<ResolversUnionTypes<ResolversTypes>['CheckoutSessionDetails']>;
  CheckoutSessionStatus: CheckoutSessionStatus;
  CheckoutMode: CheckoutMode;
  CheckoutAction: CheckoutAction;
  CheckoutSessionConnection: ResolverTypeWrapper<ConnectionModel>;
  Int: ResolverTypeWrapper<Scalars['Int']['output']>;
  CheckoutSessionEdge: ResolverTypeWrapper<Omit<CheckoutSessionEdge, 'node'> & { node: ResolversTypes['CheckoutSession'] }>;
  PageInfo: ResolverTypeWrapper<PageInfo>;
  CheckoutSource: ResolverTypeWrapper<CheckoutSource>;
  CheckoutSourceState: CheckoutSourceState;
  CheckoutSourceCoverage: CheckoutSourceCoverage;
  FlexCheckoutDetails: ResolverTypeWrapper<FlexDetailsModel>;
  FlexCapture: ResolverTypeWrapper<Omit<FlexCapture, 'amount'> & { amount?: Maybe<ResolversTypes['Money']> }>;
  FlexDispute: ResolverTypeWrapper<Omit<FlexDispute, 'amount'> & { amount?: Maybe<ResolversTypes['Money']> }>;
  FlexRefund: ResolverTypeWrapper<Omit<FlexRefund, 'amount'> & { amount?: Maybe<ResolversTypes['Money']> }>;
  FlexPaymentIntent: ResolverTypeWrapper<FlexPaymentIntentModel>;
  FlexLineItem: ResolverTypeWrapper<FlexLineItemModel>;
  FlexpriceCheckoutDetails: ResolverTypeWrapper<FlexpriceDetailsModel>;
  FlexpricePaymentAction: ResolverTypeWrapper<FlexpricePaymentAction>;
  FlexpriceCheckoutConfiguration: ResolverTypeWrapper<Omit<FlexpriceCheckoutConfiguration, 'createSubscription'> & { createSubscription?: Maybe<ResolversTypes['FlexpriceCreateSubscription']> }>;
  FlexpriceCreateSubscription: ResolverTypeWrapper<Omit<FlexpriceCreateSubscription, 'metadata'> & { metadata: Array<ResolversTypes['MetadataEntry']> }>;
  FlexpriceCheckoutResult: ResolverTypeWrapper<FlexpriceCheckoutResult>;
  FlexpriceProviderResult: ResolverTypeWrapper<Omit<FlexpriceProviderResult, 'metadata'> & { metadata: Array<ResolversTypes['MetadataEntry']> }>;
  MeteroidCheckoutDetails: ResolverTypeWrapper<MeteroidDetailsModel>;
  MeteroidPaymentMethods: ResolverTypeWrapper<ResolversUnionTypes<ResolversTypes>['MeteroidPaymentMethods']>;
  MeteroidOnlinePayment: ResolverTypeWrapper<Extract<import('../../src/checkout/session.ts').MeteroidPaymentMethods, { kind: 'ONLINE' }>>;
  MeteroidBankTransfer: ResolverTypeWrapper<Extract<import('../../src/checkout/session.ts').MeteroidPaymentMethods, { kind: 'BANK_TRANSFER' }>>;
  MeteroidExternalPayment: ResolverTypeWrapper<Extract<import('../../src/checkout/session.ts').MeteroidPaymentMethods, { kind: 'EXTERNAL' }>>;
  DateTimeFilter: DateTimeFilter;
  CheckoutCustomerFilter: CheckoutCustomerFilter;
  CheckoutSessionFilter: CheckoutSessionFilter;
  CheckoutChangeTrigger: CheckoutChangeTrigger;
  CheckoutSessionChange: ResolverTypeWrapper<SessionChangeModel>;
  Subscription: ResolverTypeWrapper<Record<PropertyKey, never>>;
  MetadataEntryInput: MetadataEntryInput;
  CreateCheckoutSessionInput: CreateCheckoutSessionInput;
  NewCheckoutSession: NewCheckoutSession;
  NewFlexpriceSession: NewFlexpriceSession;
  NewFlexpriceSubscription: NewFlexpriceSubscription;
  NewMeteroidSession: NewMeteroidSession;
  NewFlexSession: NewFlexSession;
  NewFlexLineItem: NewFlexLineItem;
  NewFlexCustomerDefaults: NewFlexCustomerDefaults;
  Node: ResolverTypeWrapper<ResolversInterfaceTypes<ResolversTypes>['Node']>;
  CheckoutProvider: CheckoutProvider;
  ProviderInfo: ResolverTypeWrapper<ProviderInfo>;
  ProviderHealth: ProviderHealth;
  Query: ResolverTypeWrapper<Record<PropertyKey, never>>;
  DateTime: ResolverTypeWrapper<Scalars['DateTime']['output']>;
  Date: ResolverTypeWrapper<Scalars['Date']['output']>;
  URL: ResolverTypeWrapper<Scalars['URL']['output']>;
  JSON: ResolverTypeWrapper<Scalars['JSON']['output']>;
  SafeInt: ResolverTypeWrapper<Scalars['SafeInt']['output']>;
  CheckoutCustomer: ResolverTypeWrapper<CustomerModel>;
  Money: ResolverTypeWrapper<MoneyModel>;
  CheckoutAmounts: ResolverTypeWrapper<AmountsModel>;
  MetadataEntry: ResolverTypeWrapper<MetadataEntryModel>;
};

/** Mapping between all available schema types and the resolvers parents */
export type ResolversParentTypes = {
  Mutation: Record<PropertyKey, never>;
  CheckoutSessionActionInput: CheckoutSessionActionInput;
  ID: Scalars['ID']['output'];
  String: Scalars['String']['output'];
  CaptureCheckoutSessionInput: CaptureCheckoutSessionInput;
  RefundCheckoutSessionInput: RefundCheckoutSessionInput;
  RefundLineItemInput: RefundLineItemInput;
  ConfirmCheckoutSessionInput: ConfirmCheckoutSessionInput;
  CheckoutSessionPayload: ChangePayloadModel;
  DeleteCheckoutSessionPayload: DeletePayloadModel;
  CheckoutUserError: CheckoutUserError;
  CheckoutOperation: OperationModel;
  CheckoutSession: SessionModel;
  Boolean: Scalars['Boolean']['output'];
  CheckoutSessionDetails: ResolversUnionTypes<ResolversParentTypes>['CheckoutSessionDetails'];
  CheckoutSessionConnection: ConnectionModel;
  Int: Scalars['Int']['output'];
  CheckoutSessionEdge: Omit<CheckoutSessionEdge, 'node'> & { node: ResolversParentTypes['CheckoutSession'] };
  PageInfo: PageInfo;
  CheckoutSource: CheckoutSource;
  FlexCheckoutDetails: FlexDetailsModel;
  FlexCapture: Omit<FlexCapture, 'amount'> & { amount?: Maybe<ResolversParentTypes['Money']> };
  FlexDispute: Omit<FlexDispute, 'amount'> & { amount?: Maybe<ResolversParentTypes['Money']> };
  FlexRefund: Omit<FlexRefund, 'amount'> & { amount?: Maybe<ResolversParentTypes['Money']> };
  FlexPaymentIntent: FlexPaymentIntentModel;
  FlexLineItem: FlexLineItemModel;
  FlexpriceCheckoutDetails: FlexpriceDetailsModel;
  FlexpricePaymentAction: FlexpricePaymentAction;
  FlexpriceCheckoutConfiguration: Omit<FlexpriceCheckoutConfiguration, 'createSubscription'> & { createSubscription?: Maybe<ResolversParentTypes['FlexpriceCreateSubscription']> };
  FlexpriceCreateSubscription: Omit<FlexpriceCreateSubscription, 'metadata'> & { metadata: Array<ResolversParentTypes['MetadataEntry']> };
  FlexpriceCheckoutResult: FlexpriceCheckoutResult;
  FlexpriceProviderResult: Omit<FlexpriceProviderResult, 'metadata'> & { metadata: Array<ResolversParentTypes['MetadataEntry']> };
  MeteroidCheckoutDetails: MeteroidDetailsModel;
  MeteroidPaymentMethods: ResolversUnionTypes<ResolversParentTypes>['MeteroidPaymentMethods'];
  MeteroidOnlinePayment: Extract<import('../../src/checkout/session.ts').MeteroidPaymentMethods, { kind: 'ONLINE' }>;
  MeteroidBankTransfer: Extract<import('../../src/checkout/session.ts').MeteroidPaymentMethods, { kind: 'BANK_TRANSFER' }>;
  MeteroidExternalPayment: Extract<import('../../src/checkout/session.ts').MeteroidPaymentMethods, { kind: 'EXTERNAL' }>;
  DateTimeFilter: DateTimeFilter;
  CheckoutCustomerFilter: CheckoutCustomerFilter;
  CheckoutSessionFilter: CheckoutSessionFilter;
  CheckoutSessionChange: SessionChangeModel;
  Subscription: Record<PropertyKey, never>;
  MetadataEntryInput: MetadataEntryInput;
  CreateCheckoutSessionInput: CreateCheckoutSessionInput;
  NewCheckoutSession: NewCheckoutSession;
  NewFlexpriceSession: NewFlexpriceSession;
  NewFlexpriceSubscription: NewFlexpriceSubscription;
  NewMeteroidSession: NewMeteroidSession;
  NewFlexSession: NewFlexSession;
  NewFlexLineItem: NewFlexLineItem;
  NewFlexCustomerDefaults: NewFlexCustomerDefaults;
  Node: ResolversInterfaceTypes<ResolversParentTypes>['Node'];
  ProviderInfo: ProviderInfo;
  Query: Record<PropertyKey, never>;
  DateTime: Scalars['DateTime']['output'];
  Date: Scalars['Date']['output'];
  URL: Scalars['URL']['output'];
  JSON: Scalars['JSON']['output'];
  SafeInt: Scalars['SafeInt']['output'];
  CheckoutCustomer: CustomerModel;
  Money: MoneyModel;
  CheckoutAmounts: AmountsModel;
  MetadataEntry: MetadataEntryModel;
};

export type MutationResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['Mutation'] = ResolversParentTypes['Mutation']> = {
  createCheckoutSession?: Resolver<ResolversTypes['CheckoutSessionPayload'], ParentType, ContextType, RequireFields<MutationCreateCheckoutSessionArgs, 'input'>>;
  cancelCheckoutSession?: Resolver<ResolversTypes['CheckoutSessionPayload'], ParentType, ContextType, RequireFields<MutationCancelCheckoutSessionArgs, 'input'>>;
  deleteCheckoutSession?: Resolver<ResolversTypes['DeleteCheckoutSessionPayload'], ParentType, ContextType, RequireFields<MutationDeleteCheckoutSessionArgs, 'input'>>;
  captureCheckoutSession?: Resolver<ResolversTypes['CheckoutSessionPayload'], ParentType, ContextType, RequireFields<MutationCaptureCheckoutSessionArgs, 'input'>>;
  refundCheckoutSession?: Resolver<ResolversTypes['CheckoutSessionPayload'], ParentType, ContextType, RequireFields<MutationRefundCheckoutSessionArgs, 'input'>>;
  confirmCheckoutSession?: Resolver<ResolversTypes['CheckoutSessionPayload'], ParentType, ContextType, RequireFields<MutationConfirmCheckoutSessionArgs, 'input'>>;
  reauthorizeCheckoutSession?: Resolver<ResolversTypes['CheckoutSessionPayload'], ParentType, ContextType, RequireFields<MutationReauthorizeCheckoutSessionArgs, 'input'>>;
};

export type CheckoutSessionPayloadResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['CheckoutSessionPayload'] = ResolversParentTypes['CheckoutSessionPayload']> = {
  checkoutSession?: Resolver<Maybe<ResolversTypes['CheckoutSession']>, ParentType, ContextType>;
  userErrors?: Resolver<Array<ResolversTypes['CheckoutUserError']>, ParentType, ContextType>;
};

export type DeleteCheckoutSessionPayloadResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['DeleteCheckoutSessionPayload'] = ResolversParentTypes['DeleteCheckoutSessionPayload']> = {
  deletedId?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  checkoutSession?: Resolver<Maybe<ResolversTypes['CheckoutSession']>, ParentType, ContextType>;
  userErrors?: Resolver<Array<ResolversTypes['CheckoutUserError']>, ParentType, ContextType>;
};

export type CheckoutUserErrorResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['CheckoutUserError'] = ResolversParentTypes['CheckoutUserError']> = {
  code?: Resolver<ResolversTypes['CheckoutUserErrorCode'], ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  field?: Resolver<Maybe<Array<ResolversTypes['String']>>, ParentType, ContextType>;
};

export type CheckoutOperationResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['CheckoutOperation'] = ResolversParentTypes['CheckoutOperation']> = {
  idempotencyKey?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  state?: Resolver<ResolversTypes['CheckoutOperationState'], ParentType, ContextType>;
  startedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  finishedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  checkoutSession?: Resolver<Maybe<ResolversTypes['CheckoutSession']>, ParentType, ContextType>;
  userErrors?: Resolver<Array<ResolversTypes['CheckoutUserError']>, ParentType, ContextType>;
};

export type CheckoutSessionResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['CheckoutSession'] = ResolversParentTypes['CheckoutSession']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  provider?: Resolver<ResolversTypes['CheckoutProvider'], ParentType, ContextType>;
  providerId?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  status?: Resolver<ResolversTypes['CheckoutSessionStatus'], ParentType, ContextType>;
  providerStatus?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  mode?: Resolver<ResolversTypes['CheckoutMode'], ParentType, ContextType>;
  testMode?: Resolver<Maybe<ResolversTypes['Boolean']>, ParentType, ContextType>;
  checkoutUrl?: Resolver<Maybe<ResolversTypes['URL']>, ParentType, ContextType>;
  successUrl?: Resolver<Maybe<ResolversTypes['URL']>, ParentType, ContextType>;
  cancelUrl?: Resolver<Maybe<ResolversTypes['URL']>, ParentType, ContextType>;
  failureUrl?: Resolver<Maybe<ResolversTypes['URL']>, ParentType, ContextType>;
  customer?: Resolver<Maybe<ResolversTypes['CheckoutCustomer']>, ParentType, ContextType>;
  amounts?: Resolver<Maybe<ResolversTypes['CheckoutAmounts']>, ParentType, ContextType>;
  currency?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  subscriptionId?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  invoiceId?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  paymentId?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  clientReferenceId?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  idempotencyKey?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  failureReason?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  metadata?: Resolver<Array<ResolversTypes['MetadataEntry']>, ParentType, ContextType>;
  createdAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  updatedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  expiresAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  completedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  canceledAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  isExpired?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  isArchived?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  availableActions?: Resolver<Array<ResolversTypes['CheckoutAction']>, ParentType, ContextType>;
  fetchedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  details?: Resolver<ResolversTypes['CheckoutSessionDetails'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type CheckoutSessionDetailsResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['CheckoutSessionDetails'] = ResolversParentTypes['CheckoutSessionDetails']> = {
  __resolveType: TypeResolveFn<'FlexpriceCheckoutDetails' | 'MeteroidCheckoutDetails' | 'FlexCheckoutDetails', ParentType, ContextType>;
};

export type CheckoutSessionConnectionResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['CheckoutSessionConnection'] = ResolversParentTypes['CheckoutSessionConnection']> = {
  edges?: Resolver<Array<ResolversTypes['CheckoutSessionEdge']>, ParentType, ContextType>;
  nodes?: Resolver<Array<ResolversTypes['CheckoutSession']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
  totalCount?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  sources?: Resolver<Array<ResolversTypes['CheckoutSource']>, ParentType, ContextType>;
};

export type CheckoutSessionEdgeResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['CheckoutSessionEdge'] = ResolversParentTypes['CheckoutSessionEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['CheckoutSession'], ParentType, ContextType>;
};

export type PageInfoResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['PageInfo'] = ResolversParentTypes['PageInfo']> = {
  hasNextPage?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  hasPreviousPage?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  startCursor?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  endCursor?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type CheckoutSourceResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['CheckoutSource'] = ResolversParentTypes['CheckoutSource']> = {
  provider?: Resolver<ResolversTypes['CheckoutProvider'], ParentType, ContextType>;
  state?: Resolver<ResolversTypes['CheckoutSourceState'], ParentType, ContextType>;
  coverage?: Resolver<ResolversTypes['CheckoutSourceCoverage'], ParentType, ContextType>;
  code?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  message?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type FlexCheckoutDetailsResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['FlexCheckoutDetails'] = ResolversParentTypes['FlexCheckoutDetails']> = {
  allowPromotionCodes?: Resolver<Maybe<ResolversTypes['Boolean']>, ParentType, ContextType>;
  captureMethod?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  captures?: Resolver<Array<ResolversTypes['FlexCapture']>, ParentType, ContextType>;
  customText?: Resolver<Maybe<ResolversTypes['JSON']>, ParentType, ContextType>;
  defaults?: Resolver<Maybe<ResolversTypes['JSON']>, ParentType, ContextType>;
  disputes?: Resolver<Array<ResolversTypes['FlexDispute']>, ParentType, ContextType>;
  fees?: Resolver<Maybe<ResolversTypes['JSON']>, ParentType, ContextType>;
  hsaFsaEligible?: Resolver<Maybe<ResolversTypes['Boolean']>, ParentType, ContextType>;
  invoiceId?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  letterOfMedicalNecessityRequired?: Resolver<Maybe<ResolversTypes['Boolean']>, ParentType, ContextType>;
  lineItems?: Resolver<Array<ResolversTypes['FlexLineItem']>, ParentType, ContextType>;
  origin?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  paymentIntent?: Resolver<Maybe<ResolversTypes['FlexPaymentIntent']>, ParentType, ContextType>;
  paymentIntentIds?: Resolver<Array<ResolversTypes['String']>, ParentType, ContextType>;
  paymentMethodOptions?: Resolver<Maybe<ResolversTypes['JSON']>, ParentType, ContextType>;
  platformFees?: Resolver<Maybe<ResolversTypes['JSON']>, ParentType, ContextType>;
  refunds?: Resolver<Array<ResolversTypes['FlexRefund']>, ParentType, ContextType>;
  setupIntentId?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  shippingAddressCollection?: Resolver<Maybe<ResolversTypes['Boolean']>, ParentType, ContextType>;
  shippingDetails?: Resolver<Maybe<ResolversTypes['JSON']>, ParentType, ContextType>;
  shippingOptions?: Resolver<Maybe<ResolversTypes['JSON']>, ParentType, ContextType>;
  splitCart?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  subscriptionData?: Resolver<Maybe<ResolversTypes['JSON']>, ParentType, ContextType>;
  taxCalculationMode?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  taxRate?: Resolver<Maybe<ResolversTypes['JSON']>, ParentType, ContextType>;
  totalDetails?: Resolver<Maybe<ResolversTypes['JSON']>, ParentType, ContextType>;
  visitType?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type FlexCaptureResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['FlexCapture'] = ResolversParentTypes['FlexCapture']> = {
  id?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  amount?: Resolver<Maybe<ResolversTypes['Money']>, ParentType, ContextType>;
  createdAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
};

export type FlexDisputeResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['FlexDispute'] = ResolversParentTypes['FlexDispute']> = {
  id?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  amount?: Resolver<Maybe<ResolversTypes['Money']>, ParentType, ContextType>;
  status?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  createdAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
};

export type FlexRefundResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['FlexRefund'] = ResolversParentTypes['FlexRefund']> = {
  id?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  amount?: Resolver<Maybe<ResolversTypes['Money']>, ParentType, ContextType>;
  status?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  createdAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
};

export type FlexPaymentIntentResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['FlexPaymentIntent'] = ResolversParentTypes['FlexPaymentIntent']> = {
  id?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  status?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  amount?: Resolver<Maybe<ResolversTypes['Money']>, ParentType, ContextType>;
  amountReceived?: Resolver<Maybe<ResolversTypes['Money']>, ParentType, ContextType>;
  amountCapturable?: Resolver<Maybe<ResolversTypes['Money']>, ParentType, ContextType>;
  createdAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
};

export type FlexLineItemResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['FlexLineItem'] = ResolversParentTypes['FlexLineItem']> = {
  id?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  description?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  quantity?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  eligibility?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  priceId?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  productId?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  total?: Resolver<Maybe<ResolversTypes['Money']>, ParentType, ContextType>;
  subtotal?: Resolver<Maybe<ResolversTypes['Money']>, ParentType, ContextType>;
  tax?: Resolver<Maybe<ResolversTypes['Money']>, ParentType, ContextType>;
  discount?: Resolver<Maybe<ResolversTypes['Money']>, ParentType, ContextType>;
  shipping?: Resolver<Maybe<ResolversTypes['Money']>, ParentType, ContextType>;
};

export type FlexpriceCheckoutDetailsResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['FlexpriceCheckoutDetails'] = ResolversParentTypes['FlexpriceCheckoutDetails']> = {
  action?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  recordStatus?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  tenantId?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  environmentId?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  paymentProvider?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  paymentAction?: Resolver<Maybe<ResolversTypes['FlexpricePaymentAction']>, ParentType, ContextType>;
  checkoutInvoiceId?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  checkoutPaymentId?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  configuration?: Resolver<Maybe<ResolversTypes['FlexpriceCheckoutConfiguration']>, ParentType, ContextType>;
  result?: Resolver<Maybe<ResolversTypes['FlexpriceCheckoutResult']>, ParentType, ContextType>;
  providerResult?: Resolver<Maybe<ResolversTypes['FlexpriceProviderResult']>, ParentType, ContextType>;
  createdBy?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  updatedBy?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type FlexpricePaymentActionResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['FlexpricePaymentAction'] = ResolversParentTypes['FlexpricePaymentAction']> = {
  type?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  url?: Resolver<Maybe<ResolversTypes['URL']>, ParentType, ContextType>;
};

export type FlexpriceCheckoutConfigurationResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['FlexpriceCheckoutConfiguration'] = ResolversParentTypes['FlexpriceCheckoutConfiguration']> = {
  createSubscription?: Resolver<Maybe<ResolversTypes['FlexpriceCreateSubscription']>, ParentType, ContextType>;
};

export type FlexpriceCreateSubscriptionResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['FlexpriceCreateSubscription'] = ResolversParentTypes['FlexpriceCreateSubscription']> = {
  planId?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  currency?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  billingPeriod?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  lookupKey?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  startDate?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  endDate?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  metadata?: Resolver<Array<ResolversTypes['MetadataEntry']>, ParentType, ContextType>;
};

export type FlexpriceCheckoutResultResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['FlexpriceCheckoutResult'] = ResolversParentTypes['FlexpriceCheckoutResult']> = {
  subscriptionId?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  invoiceId?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  paymentId?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type FlexpriceProviderResultResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['FlexpriceProviderResult'] = ResolversParentTypes['FlexpriceProviderResult']> = {
  providerSessionId?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  providerPaymentIntentId?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  expiresAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  nextAction?: Resolver<Maybe<ResolversTypes['FlexpricePaymentAction']>, ParentType, ContextType>;
  metadata?: Resolver<Array<ResolversTypes['MetadataEntry']>, ParentType, ContextType>;
};

export type MeteroidCheckoutDetailsResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['MeteroidCheckoutDetails'] = ResolversParentTypes['MeteroidCheckoutDetails']> = {
  checkoutType?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  planVersionId?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  billingDayAnchor?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  billingStartDate?: Resolver<Maybe<ResolversTypes['Date']>, ParentType, ContextType>;
  couponCode?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  netTerms?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  trialDurationDays?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  paymentMethods?: Resolver<Maybe<ResolversTypes['MeteroidPaymentMethods']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type MeteroidPaymentMethodsResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['MeteroidPaymentMethods'] = ResolversParentTypes['MeteroidPaymentMethods']> = {
  __resolveType: TypeResolveFn<'MeteroidOnlinePayment' | 'MeteroidBankTransfer' | 'MeteroidExternalPayment', ParentType, ContextType>;
};

export type MeteroidOnlinePaymentResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['MeteroidOnlinePayment'] = ResolversParentTypes['MeteroidOnlinePayment']> = {
  card?: Resolver<Maybe<ResolversTypes['Boolean']>, ParentType, ContextType>;
  directDebit?: Resolver<Maybe<ResolversTypes['Boolean']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type MeteroidBankTransferResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['MeteroidBankTransfer'] = ResolversParentTypes['MeteroidBankTransfer']> = {
  accountId?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type MeteroidExternalPaymentResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['MeteroidExternalPayment'] = ResolversParentTypes['MeteroidExternalPayment']> = {
  type?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type CheckoutSessionChangeResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['CheckoutSessionChange'] = ResolversParentTypes['CheckoutSessionChange']> = {
  checkoutSession?: Resolver<ResolversTypes['CheckoutSession'], ParentType, ContextType>;
  previousStatus?: Resolver<Maybe<ResolversTypes['CheckoutSessionStatus']>, ParentType, ContextType>;
  trigger?: Resolver<ResolversTypes['CheckoutChangeTrigger'], ParentType, ContextType>;
  at?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
};

export type SubscriptionResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['Subscription'] = ResolversParentTypes['Subscription']> = {
  checkoutSessionChanged?: SubscriptionResolver<ResolversTypes['CheckoutSessionChange'], "checkoutSessionChanged", ParentType, ContextType, Partial<SubscriptionCheckoutSessionChangedArgs>>;
};

export type NodeResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['Node'] = ResolversParentTypes['Node']> = {
  __resolveType: TypeResolveFn<'CheckoutSession', ParentType, ContextType>;
};

export type ProviderInfoResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['ProviderInfo'] = ResolversParentTypes['ProviderInfo']> = {
  provider?: Resolver<ResolversTypes['CheckoutProvider'], ParentType, ContextType>;
  enabled?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  health?: Resolver<ResolversTypes['ProviderHealth'], ParentType, ContextType>;
  operations?: Resolver<Array<ResolversTypes['String']>, ParentType, ContextType>;
  listCoverage?: Resolver<ResolversTypes['CheckoutSourceCoverage'], ParentType, ContextType>;
};

export type QueryResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['Query'] = ResolversParentTypes['Query']> = {
  node?: Resolver<Maybe<ResolversTypes['Node']>, ParentType, ContextType, RequireFields<QueryNodeArgs, 'id'>>;
  nodes?: Resolver<Array<Maybe<ResolversTypes['Node']>>, ParentType, ContextType, RequireFields<QueryNodesArgs, 'ids'>>;
  checkoutSession?: Resolver<Maybe<ResolversTypes['CheckoutSession']>, ParentType, ContextType, RequireFields<QueryCheckoutSessionArgs, 'id'>>;
  checkoutSessionByProviderId?: Resolver<Maybe<ResolversTypes['CheckoutSession']>, ParentType, ContextType, RequireFields<QueryCheckoutSessionByProviderIdArgs, 'provider' | 'providerId'>>;
  checkoutSessions?: Resolver<ResolversTypes['CheckoutSessionConnection'], ParentType, ContextType, Partial<QueryCheckoutSessionsArgs>>;
  providers?: Resolver<Array<ResolversTypes['ProviderInfo']>, ParentType, ContextType>;
  operation?: Resolver<Maybe<ResolversTypes['CheckoutOperation']>, ParentType, ContextType, RequireFields<QueryOperationArgs, 'idempotencyKey'>>;
};

export interface DateTimeScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['DateTime'], any> {
  name: 'DateTime';
}

export interface DateScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['Date'], any> {
  name: 'Date';
}

export interface UrlScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['URL'], any> {
  name: 'URL';
}

export interface JsonScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['JSON'], any> {
  name: 'JSON';
}

export interface SafeIntScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['SafeInt'], any> {
  name: 'SafeInt';
}

export type CheckoutCustomerResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['CheckoutCustomer'] = ResolversParentTypes['CheckoutCustomer']> = {
  id?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  email?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  firstName?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  lastName?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  phone?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type MoneyResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['Money'] = ResolversParentTypes['Money']> = {
  minorUnits?: Resolver<ResolversTypes['SafeInt'], ParentType, ContextType>;
  currency?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  decimal?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type CheckoutAmountsResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['CheckoutAmounts'] = ResolversParentTypes['CheckoutAmounts']> = {
  total?: Resolver<Maybe<ResolversTypes['Money']>, ParentType, ContextType>;
  subtotal?: Resolver<Maybe<ResolversTypes['Money']>, ParentType, ContextType>;
  received?: Resolver<Maybe<ResolversTypes['Money']>, ParentType, ContextType>;
  refunded?: Resolver<Maybe<ResolversTypes['Money']>, ParentType, ContextType>;
  disputed?: Resolver<Maybe<ResolversTypes['Money']>, ParentType, ContextType>;
};

export type MetadataEntryResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['MetadataEntry'] = ResolversParentTypes['MetadataEntry']> = {
  key?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  value?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type Resolvers<ContextType = GatewayContext> = {
  Mutation?: MutationResolvers<ContextType>;
  CheckoutSessionPayload?: CheckoutSessionPayloadResolvers<ContextType>;
  DeleteCheckoutSessionPayload?: DeleteCheckoutSessionPayloadResolvers<ContextType>;
  CheckoutUserError?: CheckoutUserErrorResolvers<ContextType>;
  CheckoutOperation?: CheckoutOperationResolvers<ContextType>;
  CheckoutSession?: CheckoutSessionResolvers<ContextType>;
  CheckoutSessionDetails?: CheckoutSessionDetailsResolvers<ContextType>;
  CheckoutSessionConnection?: CheckoutSessionConnectionResolvers<ContextType>;
  CheckoutSessionEdge?: CheckoutSessionEdgeResolvers<ContextType>;
  PageInfo?: PageInfoResolvers<ContextType>;
  CheckoutSource?: CheckoutSourceResolvers<ContextType>;
  FlexCheckoutDetails?: FlexCheckoutDetailsResolvers<ContextType>;
  FlexCapture?: FlexCaptureResolvers<ContextType>;
  FlexDispute?: FlexDisputeResolvers<ContextType>;
  FlexRefund?: FlexRefundResolvers<ContextType>;
  FlexPaymentIntent?: FlexPaymentIntentResolvers<ContextType>;
  FlexLineItem?: FlexLineItemResolvers<ContextType>;
  FlexpriceCheckoutDetails?: FlexpriceCheckoutDetailsResolvers<ContextType>;
  FlexpricePaymentAction?: FlexpricePaymentActionResolvers<ContextType>;
  FlexpriceCheckoutConfiguration?: FlexpriceCheckoutConfigurationResolvers<ContextType>;
  FlexpriceCreateSubscription?: FlexpriceCreateSubscriptionResolvers<ContextType>;
  FlexpriceCheckoutResult?: FlexpriceCheckoutResultResolvers<ContextType>;
  FlexpriceProviderResult?: FlexpriceProviderResultResolvers<ContextType>;
  MeteroidCheckoutDetails?: MeteroidCheckoutDetailsResolvers<ContextType>;
  MeteroidPaymentMethods?: MeteroidPaymentMethodsResolvers<ContextType>;
  MeteroidOnlinePayment?: MeteroidOnlinePaymentResolvers<ContextType>;
  MeteroidBankTransfer?: MeteroidBankTransferResolvers<ContextType>;
  MeteroidExternalPayment?: MeteroidExternalPaymentResolvers<ContextType>;
  CheckoutSessionChange?: CheckoutSessionChangeResolvers<ContextType>;
  Subscription?: SubscriptionResolvers<ContextType>;
  Node?: NodeResolvers<ContextType>;
  ProviderInfo?: ProviderInfoResolvers<ContextType>;
  Query?: QueryResolvers<ContextType>;
  DateTime?: GraphQLScalarType;
  Date?: GraphQLScalarType;
  URL?: GraphQLScalarType;
  JSON?: GraphQLScalarType;
  SafeInt?: GraphQLScalarType;
  CheckoutCustomer?: CheckoutCustomerResolvers<ContextType>;
  Money?: MoneyResolvers<ContextType>;
  CheckoutAmounts?: CheckoutAmountsResolvers<ContextType>;
  MetadataEntry?: MetadataEntryResolvers<ContextType>;
};
