import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';

/** A key that tokens are signed for, and the algorithms that go with it and with nothing else. */
export type PublicKey = { key: KeyObject; algorithms: readonly string[] };

const RSA = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'];
const CURVES: ReadonlyMap<unknown, string> = new Map([
  ['prime256v1', 'ES256'],
  ['secp384r1', 'ES384'],
  ['secp521r1', 'ES512'],
]);
const EDDSA = ['EdDSA', 'Ed25519'];

/** Those that have a secret in common with who signs are not among them: a public key would be taken for that secret. */
export const ALGORITHMS: readonly string[] = [...RSA, ...CURVES.values(), ...EDDSA];

const MIN_RSA_BITS = 2048;

/** Why a text is no key to use, in words that hold nothing of it: it may be the private one. */
type Problem = { problem: string };

/** Reads SPKI in PEM, where line breaks may be written as `\n`, or a JWK in JSON. */
export function readPublicKey(text: string): PublicKey | Problem {
  const pem = text.replaceAll('\\n', '\n').trim();
  try {
    if (pem.includes('PRIVATE KEY')) return { problem: 'a private key' };
    if (pem.startsWith('-----BEGIN PUBLIC KEY-----')) return keyWith(createPublicKey(pem));
    if (text.startsWith('{')) return readJwk(JSON.parse(text));
  } catch {
    // What Node says of it may hold it.
  }
  return { problem: 'something else' };
}

/** Whether tokens can be signed for a key of a JWKS, which may hold others too. */
export function isUsableJwk(jwk: JsonWebKey): boolean {
  try {
    return !('problem' in readJwk(jwk));
  } catch {
    return false;
  }
}

function readJwk(jwk: JsonWebKey): PublicKey | Problem {
  if (jwk.d !== undefined) return { problem: 'a private key' };
  if (jwk.kty === 'oct') return { problem: 'a secret' };
  if (jwk.use !== undefined && jwk.use !== 'sig') return { problem: 'a key that is not for signatures' };
  const read = keyWith(createPublicKey({ key: jwk, format: 'jwk' }));
  if ('problem' in read || jwk.alg === undefined) return read;
  const algorithms = read.algorithms.filter((algorithm) => algorithm === jwk.alg);
  return algorithms.length > 0 ? { ...read, algorithms } : { problem: 'a key whose alg is not one of its kind' };
}

function keyWith(key: KeyObject): PublicKey | Problem {
  const { modulusLength = 0, namedCurve } = key.asymmetricKeyDetails ?? {};
  switch (key.asymmetricKeyType) {
    case 'rsa':
      if (modulusLength < MIN_RSA_BITS) return { problem: `an RSA key of ${modulusLength} bits` };
      return { key, algorithms: RSA };
    case 'ec': {
      const algorithm = CURVES.get(namedCurve);
      return algorithm === undefined
        ? { problem: 'a key on a curve that JWT does not use' }
        : { key, algorithms: [algorithm] };
    }
    case 'ed25519':
      return { key, algorithms: EDDSA };
    default:
      return { problem: 'a key of another kind' };
  }
}
