import { GatewayError } from '../checkout/errors.ts';

/** Each header with every value that came for it: what came twice must not be taken for what came once. */
export type Headers = Readonly<Record<string, readonly string[] | undefined>>;

/** What a caller shows of itself. */
export type Presented = {
  headers: Headers;
  /** What a WebSocket's client sent when it began to speak. Browsers can set no headers there. */
  connectionParams?: Readonly<Record<string, unknown>> | undefined;
};

/** Every value that came; `null` stands for what is no text. */
type Credentials = { authorization: (string | null)[]; apiKey: (string | null)[] };

/** One sentence for all that can be wrong: whoever guesses learns nothing from it. */
export const unauthenticated = (expected: string): GatewayError =>
  new GatewayError('UNAUTHENTICATED', `Expected ${expected}.`);

/** Where the parameters of a connection hold any, its headers are not looked at: they may be a proxy's. */
export function credentialsIn({ headers, connectionParams = {} }: Presented): Credentials {
  const params = Object.entries(connectionParams);
  const sent = (name: string) =>
    params
      .filter(([key]) => key.toLowerCase() === name)
      .map(([, value]) => (typeof value === 'string' ? value.trim() : null));
  const [authorization, apiKey] = [sent('authorization'), sent('x-api-key')];
  if (authorization.length + apiKey.length > 0) return { authorization, apiKey };
  return { authorization: [...(headers.authorization ?? [])], apiKey: [...(headers['x-api-key'] ?? [])] };
}

const BEARER = /^Bearer +([\x21-\x7e]+)$/i;

export const bearerIn = (authorization: string | null): string | undefined => BEARER.exec(authorization ?? '')?.[1];
