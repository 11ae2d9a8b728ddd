/** Control characters: the WHATWG parser drops some of them silently, so a text with one is not the address it parses to. */
const CONTROL = /\p{Cc}/u;

/**
 * Whether a text is an absolute http or https address. It is only looked at, never rewritten: Flex substitutes
 * `{CHECKOUT_SESSION_ID}` in it, and a parser would encode the braces.
 */
export const isWebUrl = (text: string): boolean =>
  /^https?:\/\//i.test(text) && !CONTROL.test(text) && URL.canParse(text);

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/** Whether a host, as `URL` writes it, is this machine. */
export const isLoopback = (hostname: string): boolean => LOOPBACK.test(hostname);
