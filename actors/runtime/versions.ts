/**
 * The slot of an actor's version counter in an array whose length is a power of two (FNV-1a over the UTF-16 units). Two actors may
 * share one: a reader then believes in a change that did not happen, never the other way round.
 */
export function versionSlot(address: string, length: number): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < address.length; i++) hash = Math.imul(hash ^ address.charCodeAt(i), 0x01000193)
  return (hash ^ (hash >>> 15)) & (length - 1)
}
