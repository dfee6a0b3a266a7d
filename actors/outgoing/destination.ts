import { lookup } from 'node:dns/promises'
import { isAddress, refusalOf } from './addresses.ts'

/** Every address of a host name. Rejects when it has none. */
export type Resolve = (hostname: string) => Promise<readonly string[]>

export const resolveByDns: Resolve = async (hostname) =>
  (await lookup(hostname, { all: true, verbatim: true })).map(({ address }) => address)

/** Names that never leave the machine or its network. */
const LOCAL_NAME = /(^|\.)(localhost|local|internal|intranet|lan|home\.arpa|localdomain)\.?$/i

/** The sentence says why a relay may not send there. */
export class RefusedDestination extends Error {}

const hostOf = ({ hostname }: URL): string => hostname.replace(/^\[|\]$/g, '')

/**
 * A URL that a relay may have: http or https, no credentials, and, unless private addresses are allowed, a host that is not a local name or
 * address. Other spellings of an address (`0x7f000001`, `127.1`) are the same to the URL's parser. Throws {@link RefusedDestination}.
 */
export function destinationOf(text: string, allowPrivate: boolean): URL {
  // The parser passes over blanks and line ends: what people read would not be where it goes.
  if (!URL.canParse(text) || /[\x00-\x20\x7f]/.test(text)) throw new RefusedDestination('is no URL')
  const url = new URL(text)
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw new RefusedDestination('must be http or https')
  if (url.username !== '' || url.password !== '') throw new RefusedDestination('must not hold a user or a password')
  if (allowPrivate) return url
  const host = hostOf(url)
  if (!isAddress(host)) {
    if (LOCAL_NAME.test(host) || !host.replace(/\.$/, '').includes('.')) {
      throw new RefusedDestination(`${host} is a name of this network`)
    }
    return url
  }
  refuse(host)
  return url
}

function refuse(address: string): void {
  const what = refusalOf(address)
  if (what !== null) throw new RefusedDestination(`${address} is ${what}`)
}

/**
 * The addresses to connect to, at least one. All that the name resolves to now must be allowed, and connections go to those that were looked at:
 * what the name resolves to a moment later does not matter. Throws {@link RefusedDestination}, or what the resolver throws.
 */
export async function addressesOf(url: URL, allowPrivate: boolean, resolve: Resolve): Promise<readonly string[]> {
  const host = hostOf(url)
  if (isAddress(host)) {
    if (!allowPrivate) refuse(host)
    return [host]
  }
  const addresses = await resolve(host)
  if (!allowPrivate) for (const address of addresses) refuse(address)
  if (addresses.length === 0) throw new Error(`${host} has no address`)
  return addresses
}
