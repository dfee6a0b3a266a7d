import { Elysia } from 'elysia'
import { Type } from '@sinclair/typebox'
import { Fault } from '../../actors/runtime/index.ts'
import { DEFAULT_LIMIT, fromCursor, page, pageQuery } from '../paging.ts'
import { NoQuery, PageOf } from '../schema.ts'
import { isoTime } from '../time.ts'
import { describe } from '../docs/describe.ts'
import { access } from '../edge/access.ts'
import { addressOf } from '../edge/address.ts'
import { form, json } from '../edge/body.ts'
import type { Authority } from './authority.ts'
import { LoginForm, RefreshBody, Registration, SessionView, TokenPairView, UserView, userView } from './schema.ts'

const tag = 'accounts'

/** `/auth/*` and the public keys. */
export function authRoutes({ authority, trustProxy }: { authority: Authority; trustProxy: boolean }) {
  return new Elysia({ name: 'auth' })
    .use(access)
    .post(
      '/auth/register',
      async ({ body, request, server, set }) => {
        const user = await authority.register(body.email, body.password, addressOf(request, server, trustProxy))
        set.status = 201
        return userView(user)
      },
      {
        access: 'public',
        parse: json,
        query: NoQuery,
        body: Registration,
        detail: describe({
          tag,
          summary: 'Make an account for oneself',
          description: 'Only where registration is open; an account made so is a viewer.',
          answers: { 201: { description: 'The account', schema: UserView } },
          faults: ['REGISTRATION_CLOSED', 'CONFLICT', 'RATE_LIMITED'],
        }),
      },
    )
    .post(
      '/auth/jwt/login',
      async ({ body, request, server }) =>
        await authority.logIn(body.username, body.password, addressOf(request, server, trustProxy)),
      {
        access: 'public',
        parse: form,
        query: NoQuery,
        body: LoginForm,
        detail: describe({
          tag,
          summary: 'Log in',
          answers: { 200: { description: 'Tokens of a new session', schema: TokenPairView } },
          faults: ['LOGIN_BAD_CREDENTIALS', 'RATE_LIMITED', 'OVERLOADED'],
          takes: 'application/x-www-form-urlencoded',
        }),
      },
    )
    .post(
      '/auth/jwt/refresh',
      async ({ body, request, server }) =>
        await authority.refresh(body.refresh_token, addressOf(request, server, trustProxy)),
      {
        access: 'public',
        parse: json,
        query: NoQuery,
        body: RefreshBody,
        detail: describe({
          tag,
          summary: 'Exchange a refresh token for new tokens',
          description: 'Each refresh token is good once. One that is used again ends the session.',
          answers: { 200: { description: 'The next tokens of the session', schema: TokenPairView } },
          faults: ['UNAUTHENTICATED'],
        }),
      },
    )
    .post(
      '/auth/jwt/logout',
      async ({ identity, set }) => {
        await authority.logOut(identity.sid)
        set.status = 204
      },
      {
        access: 'viewer',
        query: NoQuery,
        parse: 'none',
        detail: describe({
          tag,
          summary: 'End the session of the token',
          answers: { 204: { description: 'It has ended: neither of its tokens is good any more' } },
        }),
      },
    )
    .get(
      '/auth/sessions',
      async ({ identity, query: { limit = DEFAULT_LIMIT, cursor } }) => {
        const after = cursor === undefined ? undefined : (fromCursor(cursor, ['string'])[0] as string)
        const sessions = identity.user === null ? [] : await authority.sessions(identity.user, after, limit + 1)
        return page(
          sessions,
          limit,
          ({ id, session: { use, began, until, from = null } }) => ({
            id,
            use,
            began_at: isoTime(began),
            ends_at: isoTime(until),
            from,
            is_current: id === identity.sid,
          }),
          ({ id }) => [id],
        )
      },
      {
        access: 'viewer',
        query: Type.Object(pageQuery),
        detail: describe({
          tag,
          summary: "One's own sessions",
          answers: { 200: { description: 'A page of them', schema: PageOf(SessionView) } },
        }),
      },
    )
    .delete(
      '/auth/sessions/:id',
      async ({ identity, request, server, params, set }) => {
        if (identity.user === null) throw new Fault('NOT_FOUND', 'You have no such session.')
        await authority.revokeSession(authority.audit.by({ identity, request, server }), identity.user, params.id)
        set.status = 204
      },
      {
        access: 'viewer',
        parse: 'none',
        params: Type.Object({ id: Type.String({ maxLength: 64 }) }),
        query: NoQuery,
        detail: describe({
          tag,
          summary: "End one of one's own sessions",
          answers: { 204: { description: 'None of its tokens is good any more, nor its cookie' } },
          faults: ['NOT_FOUND'],
        }),
      },
    )
    .get('/.well-known/jwks.json', () => authority.keys.published(), {
      access: 'public',
      query: NoQuery,
      detail: describe({
        tag,
        summary: 'Public keys of the access tokens',
        answers: {
          200: {
            description: 'JSON Web Key Set',
            schema: Type.Object({
              keys: Type.Array(Type.Unsafe<object>({ type: 'object', additionalProperties: true })),
            }),
          },
        },
      }),
    })
}
