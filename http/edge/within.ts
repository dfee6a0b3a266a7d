import { Fault } from '../../actors/runtime/index.ts'

/** What a store gives, or the fault STORE_UNAVAILABLE when it takes longer than `ms`: nobody waits for it then, though it goes on. */
export async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(() => {
    late.reject(new Fault('STORE_UNAVAILABLE', 'The store does not answer in time.', { retryAfterS: 1 }))
  }, ms)
  try {
    return await Promise.race([work, late.promise])
  } finally {
    clearTimeout(timer)
  }
}
