import { Type, type Static } from '@sinclair/typebox'
import { POSITIONS, TESTS, type LoopSettings } from '../../actors/control/schema.ts'
import { Fault } from '../../actors/runtime/index.ts'
import { oneOf } from '../schema.ts'

const LONGEST_INTERVAL_S = 86_400

/** Said here: within a union Elysia does not refuse unknown fields of itself. */
const CLOSED = { additionalProperties: false }

const Manipulator = Type.Object(
  {
    host: Type.String({
      // Of an IPv6 address the first groups may be left out.
      pattern: '^(::|[A-Za-z0-9])[A-Za-z0-9.:_-]{0,252}$',
      description: 'Name or address. It may lie on a private network: a manipulator usually does',
    }),
    port: Type.Integer({ minimum: 1, maximum: 65_535 }),
    acknowledge: Type.Optional(Type.Boolean({ description: 'Wait for a line as the answer; false by default' })),
    timeout_ms: Type.Optional(
      Type.Integer({
        minimum: 50,
        maximum: 30_000,
        description: 'For connecting and for the answer, each; 1000 by default',
      }),
    ),
  },
  CLOSED,
)

const Interlock = Type.Object(
  {
    status: oneOf(POSITIONS, 'The safe position'),
    engaged: Type.Optional(Type.Boolean({ description: 'Holds from now on, until it is disengaged' })),
    silence_s: Type.Optional(
      Type.Union([Type.Integer({ minimum: 1, maximum: LONGEST_INTERVAL_S }), Type.Null()], {
        description: 'Holds as well at decisions before which no reading counted for so long',
      }),
    ),
  },
  {
    ...CLOSED,
    description:
      'While it holds, the manipulator is told the safe position, windows are tested and move nothing, and the other position is refused to people. When it lets ' +
      'go the position stays until a test is rejected',
  },
)

export const LoopBody = Type.Object({
  interval_s: Type.Integer({
    minimum: 1,
    maximum: LONGEST_INTERVAL_S,
    description: 'Decisions stand on whole multiples of it, counted from 1970-01-01T00:00:00Z',
  }),
  alpha: Type.Number({ exclusiveMinimum: 0, exclusiveMaximum: 1, description: 'Significance level, 0.05 as a rule' }),
  test: oneOf(
    TESTS,
    '`one_sample`: against the kept mean as if it were exact, as the replaced controller did; of equal windows it rejects 17 % at alpha 0.05. `welch`: against the ' +
      'kept window with its own variance; of equal windows it rejects alpha. The p-value is I_x(df/2, 1/2), x = df/(df + t²)',
  ),
  manipulator: Type.Optional(Type.Union([Manipulator, Type.Null()], { description: 'Needed unless dry_run' })),
  interlock: Type.Optional(Type.Union([Interlock, Type.Null()])),
  dry_run: Type.Optional(Type.Boolean({ description: 'Decide and record, send nothing; false by default' })),
})

/** Fault VALIDATION. */
export function settingsOf(body: Static<typeof LoopBody>): LoopSettings {
  const { interval_s, alpha, test, manipulator = null, interlock = null, dry_run = false } = body
  if (manipulator === null && !dry_run) {
    const message = 'Needed, unless dry_run is true'
    throw new Fault('VALIDATION', `manipulator: ${message}.`, { errors: [{ path: '/manipulator', message }] })
  }
  return {
    interval_s,
    alpha,
    test,
    manipulator: manipulator && { acknowledge: false, timeout_ms: 1000, ...manipulator },
    interlock: interlock && { engaged: false, silence_s: null, ...interlock },
    dry_run,
  }
}
