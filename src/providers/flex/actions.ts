import type { SessionAction } from '../../checkout/session.ts';
import type { SessionStatus } from '../../checkout/status.ts';
import type { FlexSession } from './wire.ts';

/**
 * What Flex would do to a session: end or charge an open one, take, release or renew what is authorised, give back what
 * was received and not given back yet.
 */
export function actionsOf(status: SessionStatus, wire: FlexSession): SessionAction[] {
  const received = wire.amount_received ?? 0;
  const capturable = capturableOf(status, wire);
  const actions: SessionAction[] = [];
  // As long as no money has moved.
  if (status === 'OPEN' || (status === 'COMPLETED' && capturable > 0 && received === 0)) actions.push('CANCEL');
  if (capturable > 0) actions.push('CAPTURE');
  // Whatever became of the session since: what was received can be given back.
  if (received > (wire.amount_refunded ?? 0)) actions.push('REFUND');
  // Any saved payment method will do, whatever the session's mode.
  if (status === 'OPEN') actions.push('CONFIRM');
  // An authorisation that has run out too.
  if (status === 'COMPLETED' && uncapturedOf(wire) > 0) actions.push('REAUTHORIZE');
  return actions;
}

/**
 * Cents that can be captured. Only an expanded payment intent tells exactly; without it everything that is not captured
 * counts, though the authorisation may have run out: an action that is refused does less harm than one that is missing.
 */
function capturableOf(status: SessionStatus, wire: FlexSession): number {
  if (status !== 'COMPLETED' && status !== 'PROCESSING') return 0;
  const intent = typeof wire.payment_intent === 'object' ? wire.payment_intent : null;
  const uncaptured = uncapturedOf(wire);
  return uncaptured > 0 ? (intent?.amount_capturable ?? uncaptured) : 0;
}

/** Cents that a paid session holds back for a capture; none where the money moves by itself, or no money at all. */
function uncapturedOf(wire: FlexSession): number {
  if (wire.capture_method !== 'manual' || wire.mode === 'setup') return 0;
  return (wire.amount_total ?? 0) - (wire.amount_received ?? 0);
}
