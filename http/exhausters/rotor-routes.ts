import { Elysia } from 'elysia'
import { Type } from '@sinclair/typebox'
import { Fault } from '../../actors/runtime/index.ts'
import type { Audit } from '../auth/audit.ts'
import { describe } from '../docs/describe.ts'
import { access } from '../edge/access.ts'
import { json } from '../edge/body.ts'
import { retryKeyOf } from '../edge/retry-key.ts'
import { NoQuery, TimeText } from '../schema.ts'
import { timeOf } from '../time.ts'
import { ID, known } from './one.ts'
import type { Rotors } from './rotors.ts'

/** Clocks of two machines differ a little. */
const CLOCK_MARGIN_MS = 60_000

const RotorBody = Type.Object({
  number: Type.Union(
    [
      // A first character that is seen, and no control characters.
      Type.String({ minLength: 1, maxLength: 64, pattern: '^ *[^\\s\\x00-\\x20\\x7f][^\\x00-\\x1f\\x7f]*$' }),
      Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }),
    ],
    { description: 'From the rotor directory' },
  ),
  installed_at: TimeText('When it was installed'),
})

/** The installation of a rotor. */
export function rotorRoutes({ rotors, audit, now }: { rotors: Rotors; audit: Audit; now: () => number }) {
  return new Elysia({ name: 'rotors' }).use(access).post(
    '/api/v1/exhausters/:id/rotor',
    async ({ params, body, identity, request, server, set }) => {
      const { id } = known(params.id)
      const installedAt = timeOf(body.installed_at, 'installed_at')
      if (installedAt > now() + CLOCK_MARGIN_MS) {
        const message = 'Must not lie in the future'
        throw new Fault('VALIDATION', `installed_at: ${message}.`, { errors: [{ path: '/installed_at', message }] })
      }
      const number = String(body.number).trim()
      const retryKey = retryKeyOf(request.headers)
      const rotor = { number, installedAt, by: identity.user, retryKey }
      const { installation, position, again } = await rotors.install(id, rotor)
      const { version, installed_at } = installation
      if (!again) {
        const after = { version, number, installed_at }
        await audit.add(audit.by({ identity, request, server }), 'rotor.installed', `exhauster/${id}`, {}, { after })
      }
      set.status = 202
      set.headers['x-position'] = position
      return { version, number, installed_at, position }
    },
    {
      access: 'engineer',
      parse: json,
      params: ID,
      query: NoQuery,
      body: RotorBody,
      detail: describe({
        tag: 'exhausters',
        summary: 'A rotor was installed',
        answers: {
          202: {
            description: 'Noted; `position` says where',
            schema: Type.Object({
              version: Type.Integer(),
              number: Type.String(),
              installed_at: Type.String(),
              position: Type.String(),
            }),
          },
        },
        faults: ['NOT_FOUND', 'CONFLICT', 'LOG_UNAVAILABLE', 'IDEMPOTENCY_MISMATCH'],
        writes: true,
      }),
    },
  )
}
