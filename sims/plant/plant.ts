import { channelOf, hash, unit } from './noise.ts'
import { points } from './points.ts'
import { measured, type Signal, switched } from './signal.ts'
import { type PlantState, plantState } from './state.ts'
import { statistics } from './statistics.ts'
import { type Span, type Story, tell } from './story.ts'
import { KEY_END, KEY_START, writeMoment } from './wire.ts'

/** Now and then a controller is asked too late and the rest of the frame is missing from here on; or one key is. Shares of frames. */
const TAIL = '3.0'
const CUT_SHARE = 1 / 2000
const DROPPED_SHARE = 1 / 400

interface Part {
  readonly code: string
  /** `,"key":` */
  readonly key: string
  readonly signal: Signal
  /** Keys and values after it that never change. */
  constant: string
}

const inSpan = ([from, to]: Span, at: number) => at >= from && at < to

/** The signal as its sensor sends it: broken, frozen, or as it is. */
function sensed(code: string, signal: Signal, story: Story, stateAt: (moment: number) => PlantState): Signal {
  const broken = story.broken.filter((fault) => fault.code === code)
  const frozen = story.frozen.filter((fault) => fault.code === code)
  if (broken.length + frozen.length === 0) return signal
  let kept = { since: NaN, text: '' }
  return (state) => {
    const end = broken.find(({ span }) => inSpan(span, state.story))
    if (end !== undefined) return String(end.value)
    const stuck = frozen.find(({ span }) => inSpan(span, state.story))
    if (stuck === undefined) return signal(state)
    const since = Math.floor(state.moment - state.story + stuck.span[0])
    if (kept.since !== since) kept = { since, text: signal(stateAt(since)) }
    return kept.text
  }
}

/**
 * The plant's frame at a moment (epoch ms, whole), or null where the collector is silent. The same seed, opening and moment always give the same
 * frame. `opening` is the moment of the story at which history ends and live frames begin. 16,000 frames/s on one core.
 */
export function plant(seed: number, opening: number): (moment: number) => string | null {
  const story = tell(seed, opening)
  const stateAt = plantState(seed, story)
  const losses = channelOf(seed, 'loss')

  const parts: Part[] = []
  let head = ''
  for (const [code, figures] of statistics) {
    const key = `,${JSON.stringify(`${KEY_START}${code}${KEY_END}`)}:`
    const point = points.get(code)
    const excess = story.faults.find((fault) => fault.code === code)?.excess
    const signal = point && (typeof figures === 'number' ? switched(point) : measured(seed, point, figures, excess))
    const last = parts.at(-1)
    if (signal) parts.push({ code, key, signal: sensed(code, signal, story, stateAt), constant: '' })
    else if (last) last.constant += key + figures
    else head += key + figures
  }
  const tail = parts.findIndex((part) => part.code === TAIL)

  return (moment) => {
    if (story.silent(moment)) return null
    const state = stateAt(moment)
    const tick = Math.floor(moment / 2000)
    const loss = unit(losses, tick)
    const end = loss < CUT_SHARE ? tail : parts.length
    const dropped = loss >= CUT_SHARE && loss < CUT_SHARE + DROPPED_SHARE ? hash(losses, ~tick) % parts.length : -1
    let text = `{"moment":"${writeMoment(moment)}"${head}`
    for (let i = 0; i < end; i++) {
      const { key, signal, constant } = parts[i]!
      text += i === dropped ? constant : key + signal(state) + constant
    }
    return `${text}}`
  }
}
