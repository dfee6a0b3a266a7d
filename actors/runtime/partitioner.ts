const encoder = new TextEncoder()
const SEED = 0x9747b28c | 0
const M = 0x5bd1e995 | 0

/** Short texts in ASCII, as nearly all addresses are, are put here: the encoder makes an array for each. */
const ascii = new Uint8Array(128)

/** Whether this part of the text is in {@link ascii} now. */
function isPutIntoAscii(text: string, from: number, to: number): boolean {
  if (to - from > ascii.length) return false
  for (let i = from; i < to; i++) {
    const code = text.charCodeAt(i)
    if (code > 0x7f) return false
    ascii[i - from] = code
  }
  return true
}

/**
 * murmur2 of the UTF-8 bytes, 32 bits signed, the very function of Kafka's Java clients (`Utils.murmur2`). Of the text, or a part of it, which
 * need not be cut out.
 */
export function murmur2(text: string, from = 0, to = text.length): number {
  if (isPutIntoAscii(text, from, to)) return hashOf(ascii, to - from)
  const data = encoder.encode(text.slice(from, to))
  return hashOf(data, data.length)
}

function hashOf(data: Uint8Array, length: number): number {
  let h = SEED ^ length
  let i = 0
  for (; i + 4 <= length; i += 4) {
    let k = data[i]! | (data[i + 1]! << 8) | (data[i + 2]! << 16) | (data[i + 3]! << 24)
    k = Math.imul(k, M)
    k ^= k >>> 24
    h = Math.imul(h, M) ^ Math.imul(k, M)
  }
  const rest = length - i
  if (rest === 3) h ^= data[i + 2]! << 16
  if (rest >= 2) h ^= data[i + 1]! << 8
  if (rest >= 1) {
    h ^= data[i]!
    h = Math.imul(h, M)
  }
  h ^= h >>> 13
  h = Math.imul(h, M)
  return h ^ (h >>> 15)
}

/**
 * The partition of an address, as Kafka's default partitioner gives it. An id that begins with `#` names its partition
 * itself (`event/#3`): one actor a partition.
 */
export function partitionOf(address: string, partitions: number): number {
  const hash = address.indexOf('/#')
  if (hash >= 0) return numberAt(address, hash + 2)
  return (murmur2(address) & 0x7fffffff) % partitions
}

/** The number that ends a text, without a string being made of it where it is digits alone. */
function numberAt(text: string, from: number): number {
  let number = 0
  for (let i = from; i < text.length; i++) {
    const digit = text.charCodeAt(i) - 0x30
    if (digit < 0 || digit > 9) return Number(text.slice(from))
    number = number * 10 + digit
  }
  return number
}
