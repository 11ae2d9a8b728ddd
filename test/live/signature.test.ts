import { randomBytes } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createVerifier, type SignatureHeaders } from '../../src/live/signature.ts';

const NOW = Date.parse('2026-11-01T12:00:00Z');
const BODY = '{"type":"checkout.session.completed","name":"Zoë"}';
const FAMILIES = ['svix', 'webhook', 'flex-event'];
const PREFIXES = ['fwhsec_', 'whsec_'];

const newKey = (bytes = 24) => randomBytes(bytes).toString('base64');
const KEY = newKey();

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: NOW });
});
afterEach(() => {
  vi.useRealTimers();
});

type Sent = { key?: string; id?: string; at?: number; body?: string | Buffer; family?: string };

/** The headers as the provider sends them. */
function signed({
  key = KEY,
  id = 'msg_1',
  at = NOW,
  body = BODY,
  family = 'svix',
}: Sent = {}): Record<string, string[]> {
  return {
    host: ['gateway.example'],
    [`${family}-id`]: [id],
    [`${family}-timestamp`]: [String(Math.floor(at / 1000))],
    [`${family}-signature`]: [new Webhook(key).sign(id, new Date(at), body)],
  };
}

type Held = { secrets?: string[]; families?: string[]; body?: string | Buffer };

/** The id of the event, or what is wrong with it. */
function verify(headers: SignatureHeaders, { secrets = [KEY], families = FAMILIES, body = BODY }: Held = {}): string {
  const verification = createVerifier({ families, secrets, prefixes: PREFIXES })(Buffer.from(body), headers);
  return verification.isGenuine ? verification.eventId : verification.problem;
}

describe('a webhook is believed', () => {
  it.each(FAMILIES)('with headers that begin with %s', (family) => {
    expect(verify(signed({ family }))).toBe('msg_1');
  });

  it.each(['', 'whsec_', 'fwhsec_'])('with a secret that is set with %j before it', (prefix) => {
    expect(verify(signed(), { secrets: [prefix + KEY] })).toBe('msg_1');
  });

  it.each([16, 24, 25, 32, 64, 75])('with a secret of %i bytes, its padding there or not', (bytes) => {
    const key = newKey(bytes);
    expect(verify(signed({ key }), { secrets: [key] })).toBe('msg_1');
    expect(verify(signed({ key }), { secrets: [key.replace(/=+$/, '')] })).toBe('msg_1');
  });

  it.each([-300, -299, 0, 299, 300])('when it was signed %i seconds from now', (seconds) => {
    expect(verify(signed({ at: NOW + seconds * 1000 }))).toBe('msg_1');
  });

  it('by whichever of several secrets signed it', () => {
    const others = [newKey(), newKey()];
    for (const secrets of [
      [KEY, ...others],
      [...others, KEY],
    ])
      expect(verify(signed(), { secrets })).toBe('msg_1');
  });

  it('by one of several signatures, those of kinds to come among them', () => {
    const headers = signed();
    const [own = ''] = headers['svix-signature'] ?? [];
    const [foreign] = signed({ key: newKey() })['svix-signature'] ?? [];
    expect(verify({ ...headers, 'svix-signature': [`${foreign} v1a,Zm9v v1 nonsense ${own}`] })).toBe('msg_1');
    expect(verify({ ...headers, 'svix-signature': [`${own} ${foreign}`] })).toBe('msg_1');
  });

  it('with headers that are texts', () => {
    const headers = Object.entries(signed()).map(([name, [value]]) => [name, value]);
    expect(verify(Object.fromEntries(headers))).toBe('msg_1');
  });

  it('by its first family that is complete', () => {
    const complete = signed({ family: 'webhook', id: 'msg_2' });
    expect(verify({ ...complete, 'svix-id': ['msg_1'], 'svix-signature': [] })).toBe('msg_2');
    expect(verify({ ...signed(), ...complete })).toBe('msg_1');
  });

  it.each(['', 'text', '[1', '\ufeff{}', '{"a":"\u0000\\ud800"}'])('whatever it says: %j', (body) => {
    expect(verify(signed({ body }), { body })).toBe('msg_1');
  });

  it('of ten megabytes', () => {
    const body = JSON.stringify({ text: 'ü'.repeat(5_000_000) });
    expect(verify(signed({ body }), { body })).toBe('msg_1');
  });
});

describe('a webhook is not believed', () => {
  it('without a secret', () => {
    expect(verify(signed(), { secrets: [] })).toBe('no secret');
  });

  it.each(['id', 'timestamp', 'signature'])('without its %s', (part) => {
    for (const value of [undefined, [], [''], '']) {
      expect(verify({ ...signed(), [`svix-${part}`]: value })).toBe('missing headers');
    }
  });

  it('with headers of a family that the provider does not have', () => {
    expect(verify(signed({ family: 'flex-event' }), { families: ['svix', 'webhook'] })).toBe('missing headers');
  });

  it('with headers of two families that are whole together only', () => {
    const { 'svix-id': _, ...rest } = signed();
    expect(verify({ ...rest, 'webhook-id': ['msg_1'] })).toBe('missing headers');
  });

  it.each(['id', 'timestamp', 'signature'])('with its %s twice', (part) => {
    const headers = signed();
    const [value = ''] = headers[`svix-${part}`] ?? [];
    expect(verify({ ...headers, [`svix-${part}`]: [value, value] })).toBe('repeated header');
    // As Node joins them.
    expect(verify({ ...headers, [`svix-${part}`]: `${value}, ${value}` })).not.toBe('msg_1');
  });

  it.each([-301, -86_400, 301])('when it was signed %i seconds from now', (seconds) => {
    expect(verify(signed({ at: NOW + seconds * 1000 }))).toBe(seconds < 0 ? 'too old' : 'too new');
  });

  it('when it is sent again later', () => {
    const headers = signed();
    expect(verify(headers)).toBe('msg_1');
    vi.setSystemTime(NOW + 301_000);
    expect(verify(headers)).toBe('too old');
  });

  it.each(['', '0x1', '1e9', '-1', '12.5', 'NaN', `${NOW / 1000}a`, ` ${NOW / 1000}`])(
    'at the time %j',
    (timestamp) => {
      expect(verify({ ...signed(), 'svix-timestamp': [timestamp] })).toMatch(/^(odd header|missing headers)$/);
    },
  );

  it.each(['msg 1', 'msg_1\n', '{"a":1}', 'a,b', 'ü', 'x'.repeat(257)])('with the id %j, were it signed', (id) => {
    expect(verify(signed({ id }))).toBe('odd header');
  });

  it('when somebody else signed it', () => {
    expect(verify(signed({ key: newKey() }))).toBe('no match');
    expect(verify(signed({ key: newKey() }), { secrets: [KEY, newKey()] })).toBe('no match');
  });

  it.each(['v1', 'v1,', 'v1,AAAA', 'v2,', ',', ' ', 'v1a,AAAA'])('with the signature %j', (signature) => {
    expect(verify({ ...signed(), 'svix-signature': [signature] })).toBe('no match');
  });

  it('with the right signature as another version', () => {
    const headers = signed();
    const [signature = ''] = headers['svix-signature'] ?? [];
    expect(verify({ ...headers, 'svix-signature': [signature.replace('v1,', 'v2,')] })).toBe('no match');
    expect(verify({ ...headers, 'svix-signature': [signature.slice(0, -1)] })).toBe('no match');
  });

  it.each([
    ['a letter more', `${BODY} `],
    ['a letter less', BODY.slice(0, -1)],
    ['another letter', BODY.replace('Z', 'z')],
    ['other bytes for the same letters', BODY.normalize('NFD')],
    ['nothing', ''],
  ])('when its body was changed: %s', (_, body) => {
    expect(verify(signed(), { body })).toBe('no match');
  });

  it('when its id or time was changed', () => {
    expect(verify({ ...signed(), 'svix-id': ['msg_2'] })).toBe('no match');
    expect(verify({ ...signed(), 'svix-timestamp': [String(NOW / 1000 + 1)] })).toBe('no match');
  });

  it('when its body is not UTF-8, whose text would fit the signature', () => {
    const body = Buffer.from([0x7b, 0xff, 0x7d]);
    expect(verify(signed({ body }), { body: body.toString('utf8') })).toBe('msg_1');
    expect(verify(signed({ body }), { body })).toBe('not UTF-8');
  });

  it('when id, time and body are cut elsewhere', () => {
    const seconds = NOW / 1000;
    const inner = `{"a":"x.${seconds}.{}`;
    const signature = signed({ body: inner })['svix-signature'];
    const id = `msg_1.${seconds}.{"a":"x`;
    expect(verify({ ...signed(), 'svix-id': [id], 'svix-signature': signature }, { body: '{}' })).toBe('odd header');
  });
});

it('does not show a secret that is none', () => {
  const verifier = (secret: string) => () =>
    createVerifier({ families: FAMILIES, secrets: [secret], prefixes: ['whsec_'] });
  for (const secret of ['', 'whsec_', 'fwhsec_c2VjcmV0', 'se cret', 'se_cret']) {
    expect(verifier(secret)).toThrow(/^Expected base64 as the secret of a webhook, after whsec_ or nothing\.$/);
  }
});
