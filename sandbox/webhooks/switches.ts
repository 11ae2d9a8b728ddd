export const ORDERS = ['made', 'reversed', 'shuffled'] as const;

/** How the webhooks of one provider go wrong. All times are real time, not the sandbox's. */
export type WebhookSwitches = {
  /** How often each event is sent, at once and under the same id. */
  duplicates: number;
  /** Whether events are held back and then sent in another order, one after the other. */
  order: (typeof ORDERS)[number];
  /** How long, from the first of them, events are held back; another `order` sends them at once. */
  holdMs: number;
  /** What passes before an event is sent. */
  delayMs: number;
  /** With what probability an event is never sent. */
  dropRate: number;
  /** So many of the next events are never sent. */
  dropNext: number;
  /** So many of the next attempts have a signature that is not right. */
  badSignatureNext: number;
  /** Whether everything is signed with a secret that nobody knows. */
  foreignSecret: boolean;
  /** How long a receiver may take to answer. */
  answerMs: number;
  /** What passes before the second attempt; it doubles for each further one, up to five seconds. */
  retryMs: number;
};

export const defaultWebhookSwitches = (): WebhookSwitches => ({
  duplicates: 1,
  order: 'made',
  holdMs: 1000,
  delayMs: 0,
  dropRate: 0,
  dropNext: 0,
  badSignatureNext: 0,
  foreignSecret: false,
  answerMs: 15_000,
  retryMs: 200,
});
