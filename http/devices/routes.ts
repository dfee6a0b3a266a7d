import { Elysia, t } from 'elysia'
import type { Authority } from '../auth/authority.ts'
import type { Identity } from '../auth/identity.ts'
import { describe } from '../docs/describe.ts'
import { access } from '../edge/access.ts'
import type { Peers } from '../edge/address.ts'
import { json } from '../edge/body.ts'
import { DEFAULT_LIMIT, fromCursor, page, pageQuery } from '../paging.ts'
import { NoQuery, PageOf } from '../schema.ts'
import type { DeviceActs } from './acts.ts'
import { DeviceChangeBody, DeviceKeyView, DeviceView, NewDevice, NewDeviceKeyView, NewKey } from './schema.ts'

const tag = 'devices'
const number = { minimum: 1, maximum: Number.MAX_SAFE_INTEGER }
const byId = t.Object({ id: t.Integer({ ...number, 'x-name': 'id' }) })
const byKey = t.Object({ id: t.Integer({ ...number, 'x-name': 'id' }), key_id: t.String({ maxLength: 64 }) })
const answers = { 200: { description: 'The device', schema: DeviceView } }

/** `/api/v1/devices`: what sends readings, whose it is, and the keys by which it sends. */
export function deviceRoutes({ authority, acts }: { authority: Authority; acts: DeviceActs }) {
  const { devices, audit } = authority
  const doerOf = (context: { identity: Identity; request: Request; server: Peers | null }) => ({
    identity: context.identity,
    by: audit.by(context),
  })

  return new Elysia({ name: 'devices' })
    .use(access)
    .get(
      '/api/v1/devices',
      async ({ query: { limit = DEFAULT_LIMIT, cursor, user_id } }) => {
        const after = cursor === undefined ? 0 : (fromCursor(cursor, ['number'])[0] as number)
        const user = user_id === undefined ? {} : { user: user_id }
        const found = await devices.list({ after, limit: limit + 1, ...user })
        return page(
          found,
          limit,
          (device) => device,
          ({ id }) => [id],
        )
      },
      {
        access: 'viewer',
        query: t.Object({
          ...pageQuery,
          user_id: t.Optional(t.Integer({ ...number, description: 'Those of this user', 'x-name': 'user_id' })),
        }),
        detail: describe({
          tag,
          summary: 'All devices, by id',
          answers: { 200: { description: 'A page of them', schema: PageOf(DeviceView) } },
        }),
      },
    )
    .post(
      '/api/v1/devices',
      async ({ identity, request, server, body: { name = null, kind = null, attributes = {} }, set }) => {
        set.status = 201
        return await acts.create(doerOf({ identity, request, server }), { name, kind, attributes })
      },
      {
        access: 'viewer',
        parse: json,
        query: NoQuery,
        body: NewDevice,
        detail: describe({
          tag,
          summary: 'Make a device',
          description: 'It belongs to who makes it; one made without an account is ownerless.',
          answers: { 201: { description: 'The device', schema: DeviceView } },
          faults: ['FORBIDDEN'],
        }),
      },
    )
    .get('/api/v1/devices/:id', async ({ params }) => await devices.get(params.id), {
      access: 'viewer',
      params: byId,
      query: NoQuery,
      detail: describe({ tag, summary: 'One device', answers, faults: ['NOT_FOUND'] }),
    })
    .patch(
      '/api/v1/devices/:id',
      async ({ identity, request, server, params, body }) =>
        await acts.change(doerOf({ identity, request, server }), params.id, body),
      {
        access: 'viewer',
        parse: json,
        params: byId,
        query: NoQuery,
        body: DeviceChangeBody,
        detail: describe({
          tag,
          summary: "Change a device of one's own",
          description: '`attributes` are replaced as a whole. Engineers change every device, and its owner.',
          answers,
          faults: ['FORBIDDEN', 'NOT_FOUND', 'CONFLICT'],
        }),
      },
    )
    .delete(
      '/api/v1/devices/:id',
      async ({ identity, request, server, params: { id }, set }) => {
        await acts.remove(doerOf({ identity, request, server }), id)
        set.status = 204
      },
      {
        access: 'viewer',
        parse: 'none',
        params: byId,
        query: NoQuery,
        detail: describe({
          tag,
          summary: "Remove a device of one's own",
          description:
            'Its keys end, and its data is gone from every answer at once; what is stored of it is removed within minutes.',
          answers: { 204: { description: 'It is gone' } },
          faults: ['FORBIDDEN', 'NOT_FOUND', 'CONFLICT'],
        }),
      },
    )
    .get(
      '/api/v1/devices/:id/keys',
      async ({ identity, request, server, params }) => ({
        items: await acts.keys(doerOf({ identity, request, server }), params.id),
        next_cursor: null,
      }),
      {
        access: 'viewer',
        params: byId,
        query: NoQuery,
        detail: describe({
          tag,
          summary: "The keys of a device of one's own",
          answers: {
            200: {
              description: 'All of them, the oldest first; not the keys themselves',
              schema: PageOf(DeviceKeyView),
            },
          },
          faults: ['FORBIDDEN', 'NOT_FOUND'],
        }),
      },
    )
    .post(
      '/api/v1/devices/:id/keys',
      async ({ identity, request, server, params: { id }, body, set }) => {
        set.status = 201
        return await acts.createKey(doerOf({ identity, request, server }), id, body.name ?? null)
      },
      {
        access: 'viewer',
        parse: json,
        params: byId,
        query: NoQuery,
        body: NewKey,
        detail: describe({
          tag,
          summary: "Make a key for a device of one's own",
          description: 'By its key a device sends its own readings, loop readings and events, and nothing else.',
          answers: { 201: { description: 'The key', schema: NewDeviceKeyView } },
          faults: ['FORBIDDEN', 'NOT_FOUND', 'CONFLICT'],
        }),
      },
    )
    .delete(
      '/api/v1/devices/:id/keys/:key_id',
      async ({ identity, request, server, params: { id, key_id }, set }) => {
        await acts.revokeKey(doerOf({ identity, request, server }), id, key_id)
        set.status = 204
      },
      {
        access: 'viewer',
        parse: 'none',
        params: byKey,
        query: NoQuery,
        detail: describe({
          tag,
          summary: 'Revoke a key',
          answers: { 204: { description: 'It is good for nothing from now on' } },
          faults: ['FORBIDDEN', 'NOT_FOUND'],
        }),
      },
    )
}
