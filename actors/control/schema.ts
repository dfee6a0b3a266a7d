import { Type, type Static } from '@sinclair/typebox'

const oneOf = <const T extends string>(values: readonly T[], description: string) =>
  Type.Unsafe<T>({ type: 'string', enum: [...values], description })
const nullable = <T>(schema: object, description: string) =>
  Type.Unsafe<T | null>({ ...schema, nullable: true, description })
const nullableNumber = (description: string) => nullable<number>({ type: 'number' }, description)
const nullableTime = (description: string) => nullable<string>({ type: 'string' }, description)

/** What a manipulator can be told. */
export const POSITIONS = ['up', 'down'] as const
export type ManipulatorPosition = (typeof POSITIONS)[number]

export const TESTS = ['one_sample', 'welch'] as const
export type TestName = (typeof TESTS)[number]

/**
 * What a window said. Only `rejected` toggles the status, and only `rejected`, `kept` and `first_window` keep the window to compare
 * the next one with. The other three change nothing.
 */
const VERDICTS = ['rejected', 'kept', 'first_window', 'no_readings', 'one_reading', 'no_variance'] as const
export type Verdict = (typeof VERDICTS)[number]

/** Where commands go: a new connection each, one line. */
export interface ManipulatorTarget {
  readonly host: string
  readonly port: number
  /** Wait for a line as the answer; without it a command is delivered when its line is written. */
  readonly acknowledge: boolean
  /** For connecting and for the answer, each. */
  readonly timeout_ms: number
}

/** Holds the manipulator in its safe position; while it holds, windows are tested and reported but move nothing. */
export interface Interlock {
  /** The safe position. */
  readonly status: ManipulatorPosition
  /** Switched on by a person. */
  readonly engaged: boolean
  /** Holds at a decision before which no reading counted for so long; null: silence does not matter. */
  readonly silence_s: number | null
}

export interface LoopSettings {
  readonly interval_s: number
  /** Significance level of the test. */
  readonly alpha: number
  readonly test: TestName
  readonly manipulator: ManipulatorTarget | null
  readonly interlock: Interlock | null
  /** Everything is decided and recorded, nothing is sent. */
  readonly dry_run: boolean
}

/** Of a loop that nobody has set up: it sends nothing until somebody says where to. */
export const DEFAULT_SETTINGS: LoopSettings = {
  interval_s: 5,
  alpha: 0.05,
  test: 'one_sample',
  manipulator: null,
  interlock: null,
  dry_run: true,
}

/** Record `settings`: the document's version makes it idempotent, only a higher one than the last is applied. */
export interface SettingsRecord {
  readonly version: number
  readonly settings: LoopSettings
}

/** Record `reading`: one measurement. */
export interface ReadingRecord {
  /** When it was made, by the sensor's clock, epoch ms. */
  readonly datetime: number
  readonly payload: number
}

/** Record `readings`: a batch, the two arrays side by side. */
export interface ReadingsRecord {
  readonly datetimes: readonly number[]
  readonly payloads: readonly number[]
}

/** Record `command`: a person moves the manipulator. */
export interface CommandRecord {
  readonly status: ManipulatorPosition
  readonly reason: string
  /** User id and e-mail; null for the anonymous role. */
  readonly by: { readonly id: number | null; readonly email: string | null }
}

/** Payload of an outgoing command of target `tcp`. */
export interface TcpCommand {
  /** Address of the loop that it comes from; absent in one of an older version. */
  readonly loop?: string
  readonly manipulator: ManipulatorTarget
  readonly command: { readonly datetime: string; readonly status: ManipulatorPosition }
  /** Epoch ms after which it is not worth sending. */
  readonly not_after: number
}

/** Begins the error of a command that expired because its loop had something newer to say; what had failed before may follow. */
export const SUPERSEDED = 'the loop has said something newer since'

/** Largest size of a payload: squares of such numbers, and sums of them, stay finite. */
export const LARGEST_PAYLOAD = 1e100

export const DECISIONS = 'decisions'
export const COMMANDS = 'commands'

/** Id of the command that a decision, or a person's command, sent: the turn's next output. */
export function outgoingOf(effectId: string): string {
  const cut = effectId.lastIndexOf('-') + 1
  return effectId.slice(0, cut) + (Number(effectId.slice(cut)) + 1)
}

const SettingsView = {
  interval_s: Type.Integer({ description: 'Decisions stand on whole multiples of it' }),
  alpha: Type.Number({ description: 'Significance level' }),
  test: oneOf(TESTS, 'One-sample t-test against the kept mean, or Welch’s against the kept window'),
  manipulator: nullable<ManipulatorTarget>(
    {
      type: 'object',
      properties: {
        host: { type: 'string' },
        port: { type: 'integer' },
        acknowledge: { type: 'boolean' },
        timeout_ms: { type: 'integer' },
      },
    },
    'Where commands go',
  ),
  interlock: nullable<Interlock>(
    {
      type: 'object',
      properties: {
        status: { type: 'string', enum: [...POSITIONS] },
        engaged: { type: 'boolean' },
        silence_s: { type: 'integer', nullable: true },
      },
    },
    'Holds the safe position',
  ),
  dry_run: Type.Boolean({ description: 'Nothing is sent' }),
}

/** How a command's delivery stands. */
export const DeliveryView = Type.Object({
  status: oneOf(
    ['pending', 'delivered', 'expired', 'dead', 'none'],
    '`expired`: not taken within its interval, or before the loop said something newer, and not sent after that; `none`: nothing was to be sent',
  ),
  attempts: Type.Integer(),
  at: nullableTime('When it was tried last, or ended'),
  error: nullable<string>({ type: 'string' }, 'Why the last attempt failed'),
  answer: nullable<string>({ type: 'string' }, 'What the manipulator answered, if it was waited for'),
})
export type DeliveryView = Static<typeof DeliveryView>

const DECISION = {
  at: Type.String({ description: 'The whole multiple of the interval that it stands on' }),
  n: Type.Integer({ description: 'Readings that counted' }),
  mean: nullableNumber('Of the window; null without readings'),
  stddev: nullableNumber('With n − 1; null for fewer than two readings'),
  t: nullableNumber('Test statistic; null where nothing was tested'),
  df: nullableNumber('Degrees of freedom, not whole for Welch’s test'),
  p: nullableNumber('Two-sided'),
  verdict: oneOf(VERDICTS, 'What the window said; only `rejected` moves the manipulator'),
  outdated: Type.Integer({ description: 'Readings made before the last decision: counted here, used nowhere' }),
  against: nullableNumber('The kept mean that it was tested against'),
  test: oneOf(TESTS, 'Which test'),
  status: oneOf(POSITIONS, 'What was commanded'),
  changed: Type.Boolean({ description: 'Whether that is another status than before' }),
  held: Type.Boolean({ description: 'Whether the interlock held the safe position' }),
  late_ms: Type.Number({ description: 'How much later than `at` the log took the record that decided it' }),
  dry_run: Type.Boolean(),
}
/** A decision as it is stored, collection {@link DECISIONS}. */
export type DecisionBody = Static<ReturnType<typeof decisionBody>>
const decisionBody = () => Type.Object(DECISION)
export const DecisionView = Type.Object({ id: Type.String(), ...DECISION, delivery: DeliveryView })
export type DecisionView = Static<typeof DecisionView>

const COMMAND = {
  at: Type.String(),
  status: oneOf(POSITIONS, 'What was commanded'),
  reason: Type.String(),
  by: nullable<string>({ type: 'string' }, 'Who; null: the interlock itself, or the anonymous role'),
  cause: oneOf(['person', 'interlock'], 'Who moved it'),
  refused: nullable<string>({ type: 'string' }, 'Why it was not carried out'),
  dry_run: Type.Boolean(),
}
/** A command that no decision made, as it is stored, collection {@link COMMANDS}. */
export type CommandBody = Static<ReturnType<typeof commandBody>>
const commandBody = () => Type.Object(COMMAND)
export const CommandView = Type.Object({ id: Type.String(), ...COMMAND, delivery: DeliveryView })
export type CommandView = Static<typeof CommandView>

export const LoopDocument = Type.Object({
  loop: Type.String(),
  version: Type.Integer({ description: 'Of the settings' }),
  ...SettingsView,
  status: oneOf(POSITIONS, 'What the manipulator is told'),
  status_since: nullableTime('Since when'),
  held: Type.Boolean({ description: 'Whether the interlock holds the safe position' }),
  mean: nullableNumber('The kept mean: of the last window that said something'),
  window: Type.Object({
    n: Type.Integer(),
    mean: nullableNumber('Of the readings so far'),
    stddev: nullableNumber('Of the readings so far'),
    outdated: Type.Integer(),
  }),
  readings: Type.Integer({ description: 'That counted, ever' }),
  decisions: Type.Integer({ description: 'Ever' }),
  last_decision: nullable<DecisionBody>({ type: 'object' }, 'The newest'),
  next_decision_at: nullableTime('When the next is due'),
  last_delivery: nullable<{ status: string; at: string; error: string | null }>(
    { type: 'object' },
    'How the newest command ended that has ended',
  ),
})
export type LoopDocument = Static<typeof LoopDocument>

/** A run of one status. */
export const StatusRun = Type.Object({
  from_datetime: Type.String(),
  to_datetime: Type.String(),
  status: oneOf(POSITIONS, 'Commanded all the time between the two'),
})
export type StatusRun = Static<typeof StatusRun>
