/** On every answer; an answer with a page replaces the policy by {@link PAGE_POLICY}. */
export const SECURITY_HEADERS = {
  'x-content-type-options': 'nosniff',
  // Not `no-referrer`: a browser that sends none sends `Origin: null` with forms, which could not be told from another site.
  'referrer-policy': 'same-origin',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cache-control': 'no-store',
} as const

/** Scripts, styles, fonts and pictures from this server, nothing inline, no frames. */
const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "manifest-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** Headers of an answer with a page of HTML. */
export const PAGE_HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': PAGE_POLICY,
} as const
