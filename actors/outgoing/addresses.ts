/** Networks that are not the internet's: first address, length of the prefix, what it is. Sources: IANA special-purpose registries. */
const V4_NETWORKS: readonly [string, number, string][] = [
  ['0.0.0.0', 8, 'this host'],
  ['10.0.0.0', 8, 'private'],
  ['100.64.0.0', 10, "a carrier's"],
  ['127.0.0.0', 8, 'loopback'],
  ['169.254.0.0', 16, 'link-local'],
  ['172.16.0.0', 12, 'private'],
  ['192.0.0.0', 24, 'reserved'],
  ['192.0.2.0', 24, 'for documentation'],
  ['192.88.99.0', 24, 'a 6to4 relay'],
  ['192.168.0.0', 16, 'private'],
  ['198.18.0.0', 15, 'for benchmarks'],
  ['198.51.100.0', 24, 'for documentation'],
  ['203.0.113.0', 24, 'for documentation'],
  ['224.0.0.0', 4, 'multicast'],
  ['240.0.0.0', 4, 'reserved'],
]

/** Of IPv6 only the global unicast addresses are the internet's; these are the exceptions in there, and the networks that carry an IPv4 address. */
const V6_GLOBAL: readonly [string, number] = ['2000::', 3]
const V6_NETWORKS: readonly [string, number, string][] = [
  ['2001::', 23, 'a protocol assignment'],
  ['2001:db8::', 32, 'for documentation'],
  ['3fff::', 20, 'for documentation'],
]
/** Where in such an address the IPv4 address begins, in bits. */
const V4_WITHIN: readonly [string, number, number][] = [
  ['::ffff:0:0', 96, 96],
  ['::ffff:0:0:0', 96, 96],
  ['64:ff9b::', 96, 96],
  ['::', 96, 96],
  ['2002::', 16, 16],
]

/** Bytes of an address as WHATWG URLs and resolvers write it, without brackets or zone; null for one that is none. */
function bytesOf(address: string): number[] | null {
  if (/^\d{1,3}(\.\d{1,3}){3}$/.test(address)) {
    const bytes = address.split('.').map(Number)
    return bytes.every((byte) => byte < 256) ? bytes : null
  }
  const text = address.replace(/(\d+\.\d+\.\d+\.\d+)$/, (v4) => {
    const bytes = bytesOf(v4)
    if (bytes === null) return 'x'
    const [a, b, c, d] = bytes as [number, number, number, number]
    return `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`
  })
  const halves = text.split('::')
  if (halves.length > 2) return null
  const groupsOf = (half: string | undefined) => (half ? half.split(':') : [])
  const [head, tail] = [groupsOf(halves[0]), groupsOf(halves[1])]
  const missing = 8 - head.length - tail.length
  if (halves.length === 2 ? missing < 1 : missing !== 0) return null
  const groups = [...head, ...Array<string>(missing).fill('0'), ...tail]
  if (!groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return null
  return groups.flatMap((group) => [Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 255])
}

function isWithin(bytes: readonly number[], network: string, prefix: number): boolean {
  const start = bytesOf(network)!
  for (let bit = 0; bit < prefix; bit++) {
    const [byte, mask] = [bit >> 3, 128 >> (bit & 7)]
    if ((bytes[byte]! & mask) !== (start[byte]! & mask)) return false
  }
  return bytes.length === start.length
}

function nameOfV4(bytes: readonly number[]): string | null {
  return V4_NETWORKS.find(([network, prefix]) => isWithin(bytes, network, prefix))?.[2] ?? null
}

/** Why a relay may not reach this IP address, as the word that says what it is; null for one on the internet. */
export function refusalOf(address: string): string | null {
  const bytes = bytesOf(address)
  if (bytes === null) return 'no IP address'
  if (bytes.length === 4) return nameOfV4(bytes)
  const carried = V4_WITHIN.find(([network, prefix]) => isWithin(bytes, network, prefix))
  if (carried) {
    const from = carried[2] / 8
    return nameOfV4(bytes.slice(from, from + 4)) ?? (carried[0] === '::' ? 'reserved' : null)
  }
  const named = V6_NETWORKS.find(([network, prefix]) => isWithin(bytes, network, prefix))?.[2]
  return named ?? (isWithin(bytes, ...V6_GLOBAL) ? null : 'not on the internet')
}

/** Whether a URL's host is an address and no name. */
export const isAddress = (hostname: string): boolean => bytesOf(hostname.replace(/^\[|\]$/g, '')) !== null
