import { Type, type Static } from '@sinclair/typebox'
import type { User } from './accounts.ts'
import { inDocument, oneOf } from '../schema.ts'
import { ROLES } from './roles.ts'

const RoleName = oneOf(ROLES, 'From the least to the most')

export const UserView = Type.Object({
  id: Type.Integer({ description: 'From 1, never given twice' }),
  uuid: Type.String({ description: "v4; the tokens' `sub`" }),
  email: Type.String(),
  role: RoleName,
  is_active: Type.Boolean(),
  is_superuser: Type.Boolean({ description: 'Role admin' }),
  is_verified: Type.Boolean(),
})
export type UserView = Static<typeof UserView>

/** A user as answers show it: no hash. */
export const userView = ({ id, uuid, email, role, is_active, is_verified }: User): UserView => ({
  id,
  uuid,
  email,
  role,
  is_active,
  is_superuser: role === 'admin',
  is_verified,
})

const Email = Type.String({
  minLength: 3,
  maxLength: 254,
  ...inDocument({ format: 'email' }),
  description: 'Upper and lower case are one',
})
const Password = Type.String({ minLength: 8, maxLength: 256, description: 'Must not contain the e-mail address' })

export const Registration = Type.Object({ email: Email, password: Password })

export const NewUser = Type.Object({
  email: Email,
  password: Password,
  role: Type.Optional(RoleName),
  is_active: Type.Optional(Type.Boolean()),
})

export const OwnChange = Type.Object({ email: Type.Optional(Email), password: Type.Optional(Password) })

export const UserChangeBody = Type.Object({
  email: Type.Optional(Email),
  password: Type.Optional(Password),
  role: Type.Optional(RoleName),
  is_active: Type.Optional(Type.Boolean()),
  is_verified: Type.Optional(Type.Boolean()),
})

/** The OAuth 2 password form; what its clients send besides is taken and not used. */
export const LoginForm = Type.Object({
  username: Type.String({ maxLength: 1024, description: 'The e-mail address' }),
  password: Type.String({ maxLength: 1024 }),
  grant_type: Type.Optional(Type.String()),
  scope: Type.Optional(Type.String()),
  client_id: Type.Optional(Type.String()),
  client_secret: Type.Optional(Type.String()),
})

export const TokenPairView = Type.Object({
  access_token: Type.String({ description: 'EdDSA JWT, 15 minutes' }),
  token_type: Type.Unsafe<'bearer'>({ type: 'string', enum: ['bearer'] }),
  expires_in: Type.Integer({ description: 'Seconds' }),
  refresh_token: Type.String({ description: 'Good once; the answer to its use has the next' }),
})

export const RefreshBody = Type.Object({ refresh_token: Type.String({ maxLength: 512 }) })

const Fields = (description: string) =>
  Type.Unsafe<object | null>({
    type: 'object',
    nullable: true,
    additionalProperties: true,
    description,
  })

export const AuditView = Type.Object({
  id: Type.String(),
  at: Type.String(),
  actor: Type.Object({
    id: Type.Unsafe<number | null>({ type: 'integer', nullable: true }),
    email: Type.Unsafe<string | null>({ type: 'string', nullable: true }),
    sender: Type.Unsafe<string | null>({
      type: 'string',
      nullable: true,
      description: '`user/7`, `anonymous`, `issuer/<name>/<sub>`; null: the system or its command line',
    }),
    from: Type.Unsafe<string | null>({ type: 'string', nullable: true, description: 'The address of the request' }),
  }),
  action: Type.String({ description: '`user.changed`, `rotor.installed` …' }),
  target: Type.String({ description: '`user/7`, `exhauster/x-171` …' }),
  detail: Type.Unsafe<Record<string, unknown>>({ type: 'object', additionalProperties: true }),
  before: Fields('The fields that changed, as they were; null: it is new'),
  after: Fields('The fields that changed, as they are; null: it is gone'),
})

export const SessionView = Type.Object({
  id: Type.String(),
  use: oneOf(['api', 'page'], 'A token of the API, or the cookie of the dashboard'),
  began_at: Type.String(),
  ends_at: Type.String({ description: 'Unless it is refreshed' }),
  from: Type.Unsafe<string | null>({ type: 'string', nullable: true, description: 'The address of the log-in' }),
  is_current: Type.Boolean({ description: 'The session of this request' }),
})
