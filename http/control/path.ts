import { Type } from '@sinclair/typebox'

export const tag = 'control'
export const PATH = '/api/v1/control/loops/:loop'

/** The part of the path that says which loop. */
export const Loop = Type.Object({
  loop: Type.String({ pattern: '^[a-z0-9][a-z0-9_.-]{0,63}$', description: '`default`, or a name that was put' }),
})
