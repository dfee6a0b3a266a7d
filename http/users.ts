import { Elysia, t } from 'elysia'
import { Fault } from '../actors/runtime/index.ts'
import type { Authority } from './auth/authority.ts'
import type { Identity } from './auth/identity.ts'
import { AuditView, NewUser, OwnChange, UserChangeBody, UserView, userView } from './auth/schema.ts'
import { describe } from './docs/describe.ts'
import { access } from './edge/access.ts'
import { json } from './edge/body.ts'
import { NoQuery, PageOf } from './schema.ts'
import { DEFAULT_LIMIT, fromCursor, page, pageQuery } from './paging.ts'

const tag = 'accounts'
const byId = t.Object({ id: t.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER, 'x-name': 'id' }) })
const answers = { 200: { description: 'The user', schema: UserView } }

/** A request of the anonymous role has a role and no account, and neither has a user of another service. */
function ownId(identity: Identity): number {
  if (identity.issuer !== null) throw new Fault('FORBIDDEN', `Accounts of ${identity.issuer} are not kept here.`)
  if (identity.user === null) throw new Fault('UNAUTHENTICATED', 'A request without a token has no account.')
  return identity.user
}

/** `/users/*` and the journal of administrative acts. */
export function userRoutes({ authority }: { authority: Authority }) {
  const { by } = authority.audit
  return new Elysia({ name: 'users' })
    .use(access)
    .get('/users/me', async ({ identity }) => userView(await authority.accounts.get(ownId(identity))), {
      access: 'viewer',
      query: NoQuery,
      detail: describe({ tag, summary: 'Who am I', answers, faults: ['FORBIDDEN'] }),
    })
    .patch(
      '/users/me',
      async ({ identity, request, server, body }) => {
        const id = ownId(identity)
        return userView(await authority.changeUser(by({ identity, request, server }), id, body, identity.sid))
      },
      {
        access: 'viewer',
        parse: json,
        query: NoQuery,
        body: OwnChange,
        detail: describe({
          tag,
          summary: "Change one's own e-mail or password",
          description: "A new password ends one's other sessions.",
          answers,
          faults: ['FORBIDDEN', 'CONFLICT'],
        }),
      },
    )
    .get(
      '/users',
      async ({ query: { limit = DEFAULT_LIMIT, cursor } }) => {
        const after = cursor === undefined ? 0 : (fromCursor(cursor, ['number'])[0] as number)
        return page(await authority.accounts.list(after, limit + 1), limit, userView, (user) => [user.id])
      },
      {
        access: 'admin',
        query: t.Object(pageQuery),
        detail: describe({
          tag,
          summary: 'All users, by id',
          answers: { 200: { description: 'A page of them', schema: PageOf(UserView) } },
        }),
      },
    )
    .post(
      '/users',
      async ({ identity, request, server, body: { role = 'viewer', ...wanted }, set }) => {
        set.status = 201
        return userView(await authority.createUser(by({ identity, request, server }), { ...wanted, role }))
      },
      {
        access: 'admin',
        parse: json,
        query: NoQuery,
        body: NewUser,
        detail: describe({
          tag,
          summary: 'Make an account for somebody',
          answers: { 201: { description: 'The account', schema: UserView } },
          faults: ['CONFLICT'],
        }),
      },
    )
    .get('/users/:id', async ({ params }) => userView(await authority.accounts.get(params.id)), {
      access: 'admin',
      params: byId,
      query: NoQuery,
      detail: describe({ tag, summary: 'One user', answers, faults: ['NOT_FOUND'] }),
    })
    .patch(
      '/users/:id',
      async ({ identity, request, server, params, body }) =>
        userView(await authority.changeUser(by({ identity, request, server }), params.id, body)),
      {
        access: 'admin',
        parse: json,
        params: byId,
        query: NoQuery,
        body: UserChangeBody,
        detail: describe({
          tag,
          summary: 'Change a user',
          description:
            'A new password and a lock end the sessions of the user; a change of role counts from the next request.',
          answers,
          faults: ['NOT_FOUND', 'CONFLICT', 'LAST_ADMIN'],
        }),
      },
    )
    .delete(
      '/users/:id',
      async ({ identity, request, server, params, set }) => {
        await authority.removeUser(by({ identity, request, server }), params.id)
        set.status = 204
      },
      {
        access: 'admin',
        parse: 'none',
        params: byId,
        query: NoQuery,
        detail: describe({
          tag,
          summary: 'Remove a user',
          answers: { 204: { description: 'The user is gone, and so are the sessions' } },
          faults: ['NOT_FOUND', 'CONFLICT', 'LAST_ADMIN'],
        }),
      },
    )
    .get(
      '/api/v1/audit',
      async ({ query: { limit = DEFAULT_LIMIT, cursor } }) => {
        const after = cursor === undefined ? undefined : (fromCursor(cursor, ['string'])[0] as string)
        return page(
          await authority.audit.list(after, limit + 1),
          limit,
          (entry) => entry,
          ({ id }) => [id],
        )
      },
      {
        access: 'admin',
        query: t.Object(pageQuery),
        detail: describe({
          tag,
          summary: 'The journal of administrative acts, newest first',
          answers: { 200: { description: 'A page of it', schema: PageOf(AuditView) } },
        }),
      },
    )
}
