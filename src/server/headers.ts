/** What a page may do, as `content-security-policy` has it: directives with their sources. */
export const contentSecurityPolicy = (directives: Readonly<Record<string, string>>): string =>
  Object.entries(directives)
    .map(([name, sources]) => `${name} ${sources}`)
    .join('; ');

/** Of every policy: what is not named is forbidden, and nobody shows it in a frame, whose clicks could be stolen. */
export const LEAST = {
  'default-src': "'none'",
  'base-uri': "'none'",
  'form-action': "'none'",
  'frame-ancestors': "'none'",
} as const;

/**
 * Against what browsers do with answers beside showing them. Answers are data: should one be taken for a page all the
 * same, it may do nothing. The pages bring policies of their own.
 */
export const SECURITY_HEADERS = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'content-security-policy': contentSecurityPolicy(LEAST),
  // For browsers that do not know frame-ancestors.
  'x-frame-options': 'DENY',
  // Keeps answers out of the processes of foreign pages. It does not hold for what CORS allows.
  'cross-origin-resource-policy': 'same-origin',
} as const;

/**
 * Tells browsers to come by TLS only, for so many seconds. TLS ends in front of the gateway, so it cannot know whether
 * that is right, and only says it when it is asked to.
 */
export const transportSecurity = (maxAgeSeconds: number | undefined): Record<string, string> =>
  maxAgeSeconds === undefined ? {} : { 'strict-transport-security': `max-age=${maxAgeSeconds}` };
