/** The part of Bun's server that knows whom it talks to. */
export interface Peers {
  requestIP(request: Request): { address: string } | null
}

/**
 * The client's address; with a trusted proxy in front, the last entry of `x-forwarded-for`: the only one that the proxy itself has
 * written.
 */
export function addressOf(request: Request, server: Peers | null, trustProxy: boolean): string {
  if (trustProxy) {
    const forwarded = request.headers.get('x-forwarded-for')?.split(',').at(-1)?.trim()
    if (forwarded) return forwarded.slice(0, 64)
  }
  return server?.requestIP(request)?.address ?? 'unknown'
}

/**
 * Whom tries are counted for: an IPv4 address, or the first half of an IPv6 one, for whoever has one of these has all that begin alike. A port behind
 * it, as some proxies note, makes no other client.
 */
export function networkOf(address: string): string {
  const bare = /^\[(.*)\](?::\d+)?$/.exec(address)?.[1] ?? /^([\d.]+):\d+$/.exec(address)?.[1] ?? address
  const plain = bare.split('%')[0]!.replace(/^::ffff:(?=\d+\.)/i, '')
  const url = plain.includes(':') ? URL.parse(`http://[${plain}]`) : null
  if (url === null) return plain
  const [head = '', tail] = url.hostname.slice(1, -1).split('::')
  const [first, last] = [head, tail ?? ''].map((half) => (half === '' ? [] : half.split(':')))
  const zeros = tail === undefined ? [] : Array<string>(8 - first!.length - last!.length).fill('0')
  return `${[...first!, ...zeros, ...last!].slice(0, 4).join(':')}::/64`
}

const LOOPBACK = /^(127\.\d+\.\d+\.\d+|::1|::ffff:127\.\d+\.\d+\.\d+)$/

/** What proxies add. */
const FORWARDING = /^(forwarded|x-forwarded-.+|x-real-ip|via)$/

/** From this machine, and not through a proxy on it. */
export function isLocal(request: Request, server: Peers | null): boolean {
  for (const name of request.headers.keys()) if (FORWARDING.test(name)) return false
  return LOOPBACK.test(server?.requestIP(request)?.address ?? '')
}

/** Origin under which the client reaches this server, for cookies, links and the comparison with `Origin`. */
export function originOf(request: Request, config: { publicUrl?: string; trustProxy: boolean }): string {
  if (config.publicUrl !== undefined) return new URL(config.publicUrl).origin
  const url = new URL(request.url)
  if (!config.trustProxy) return url.origin
  const { headers } = request
  const proto = headers.get('x-forwarded-proto')?.split(',')[0]?.trim()
  const host = headers.get('x-forwarded-host')?.split(',')[0]?.trim()
  return `${proto === 'https' || proto === 'http' ? proto : url.protocol.slice(0, -1)}://${host || url.host}`
}

/** Whether `origin`, as a browser sends it, is the one under which the client reaches this server. */
export function isOwnOrigin(
  origin: string,
  request: Request,
  config: { publicUrl?: string; trustProxy: boolean },
): boolean {
  if (!URL.canParse(origin)) return false
  const ours = originOf(request, config)
  // Without a public address the scheme is not known for certain: a proxy may have taken the TLS off.
  return config.publicUrl === undefined ? new URL(origin).host === new URL(ours).host : origin === ours
}

/**
 * Whether a browser sends it for a page of another site that is not named as a friend. What is no browser (or one that is older than these headers) does
 * not say where it comes from, and is not foreign.
 */
export function isForeign(
  request: Request,
  config: { publicUrl?: string; trustProxy: boolean; corsOrigins: readonly string[] },
): boolean {
  const origin = request.headers.get('origin')
  if (origin !== null) return !isOwnOrigin(origin, request, config) && !config.corsOrigins.includes(origin)
  const site = request.headers.get('sec-fetch-site')
  return site === 'cross-site' || site === 'same-site'
}
