import { expect, test } from 'bun:test'
import { NOBODY, type Identity } from '../auth/identity.ts'
import { createAdmission } from './admission.ts'
import { RateLimits } from './rate-limits.ts'
import { RouteTable } from './route-table.ts'

const viewer: Identity = { ...NOBODY, role: 'viewer', user: 7 }
const request = () => new Request('http://localhost/users/me', { headers: { authorization: 'Bearer token' } })

/** Tokens are known until `until`, and then again after they were looked into. */
function admissionOf(clock: { now: number; until: number }) {
  return createAdmission({
    credentials: {
      known: (_, __, nowMs) => (nowMs < clock.until ? viewer : undefined),
      settle: () => {
        clock.until = clock.now + 5000
        return Promise.resolve()
      },
    },
    anonymousRole: undefined,
    isForeign: () => false,
    limits: new RateLimits({ perSecond: 1, now: () => clock.now }),
    // The clock goes on between any two looks at it.
    now: () => clock.now++,
    routes: () => new RouteTable([{ method: 'GET', path: '/users/me', access: 'viewer' }]),
  })
}

test('a token that has to be looked into again just after it was found good is not refused', async () => {
  const clock = { now: 0, until: 0 }
  const admission = admissionOf(clock)
  for (let i = 0; i < 20_000; i++) {
    const one = request()
    await admission.pending(one)
    expect(admission.admit(one)).toBe(viewer)
  }
})

test('whom one request has found is nobody to the next', () => {
  const clock = { now: 0, until: 1 }
  const admission = admissionOf(clock)
  expect(admission.pending(request())).toBeUndefined()
  expect(() => admission.admit(request())).toThrow(expect.objectContaining({ code: 'UNAUTHENTICATED' }))
})
