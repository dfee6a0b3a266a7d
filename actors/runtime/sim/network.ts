import type { Random } from './random.ts'

/** What may happen to a request, per request. The rest goes well, later and in any order. */
export interface Faults {
  /** It fails and has no effect. */
  readonly fails: number
  /** It has its effect, and the answer is lost. */
  readonly answerLost: number
  /** It fails, and has its effect afterwards. */
  readonly late: number
}

const NO_FAULTS: Faults = { fails: 0, answerLost: 0, late: 0 }

/** Whoever waits for an answer: once dead it hears nothing more, but what it sent is on its way. */
export interface Caller {
  readonly name: string
  alive: boolean
}

interface Request {
  readonly caller: Caller
  /** Step before which it does not arrive. */
  readonly notBefore: number
  readonly arrive: () => void
}

/** Everything asynchronous in the simulated world: requests wait here until chance lets one arrive. */
export class Network {
  readonly #random: Random
  readonly #tell: ((line: string) => void) | undefined
  /** Share of requests that take very long. */
  readonly #longWays: number
  readonly #requests: Request[] = []
  #steps = 0
  faults: Faults = NO_FAULTS

  constructor(random: Random, tell?: (line: string) => void) {
    this.#random = random
    this.#tell = tell
    this.#longWays = random.pick([0.02, 0.1, 0.3])
  }

  get waiting(): number {
    return this.#requests.length
  }

  /** A request that may fail in every way. `effect` happens at one moment, when it arrives. */
  request<Answer>(caller: Caller, what: string, effect: () => Answer | Promise<Answer>): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const lose = () => {
        if (caller.alive) reject(new Error(`no answer to ${what}`))
      }
      const arrive = () => {
        const { fails, answerLost, late } = this.faults
        const fate = this.#random.next()
        if (fate < fails) {
          this.#tell?.(`  ${caller.name} ${what}: fails`)
          lose()
        } else if (fate < fails + late) {
          this.#tell?.(`  ${caller.name} ${what}: fails, and arrives later`)
          this.#put(NOBODY, () => swallow(effect))
          lose()
        } else if (fate < fails + late + answerLost) {
          this.#tell?.(`  ${caller.name} ${what}: the answer is lost`)
          swallow(effect)
          lose()
        } else {
          this.#tell?.(`  ${caller.name}${caller.alive ? '' : ' (dead)'} ${what}`)
          answer(effect, caller, (given) => this.#back(caller, () => resolve(given)), reject)
        }
      }
      this.#put(caller, arrive)
    })
  }

  /** Something that only takes time. */
  delay(caller: Caller): Promise<void> {
    return new Promise((resolve) => this.#put(caller, () => caller.alive && resolve()))
  }

  /** Lets a request arrive, if one is ready. */
  step(): void {
    this.#steps++
    const at = this.#random.below(this.#requests.length)
    const request = this.#requests[at]!
    if (request.notBefore > this.#steps) return
    this.#requests[at] = this.#requests.at(-1)!
    this.#requests.length--
    request.arrive()
  }

  /** Everything under way is ready. */
  hurry(): void {
    this.#steps = Infinity
  }

  /** The caller is gone: of its requests some never leave, and some arrive some time. */
  abandon(caller: Caller): void {
    caller.alive = false
    const kept = this.#requests.filter((request) => request.caller !== caller || this.#random.chance(0.5))
    this.#requests.splice(0, this.#requests.length, ...kept)
  }

  /** All callers are gone, and nothing that they sent arrives. */
  fall(callers: readonly Caller[]): void {
    for (const caller of callers) caller.alive = false
    this.#requests.length = 0
  }

  #put(caller: Caller, arrive: () => void): void {
    const wait = this.#random.chance(this.#longWays) ? this.#random.between(3, 25) : 0
    this.#requests.push({ caller, arrive, notBefore: this.#steps + wait })
  }

  /** The way back takes time as well, now and then. */
  #back(caller: Caller, hear: () => void): void {
    if (this.#random.chance(SLOW_ANSWERS)) this.#put(caller, () => caller.alive && hear())
    else hear()
  }
}

/** Share of answers that are under way for a while. */
const SLOW_ANSWERS = 0.5

const NOBODY: Caller = { name: 'nobody', alive: false }

function swallow(effect: () => unknown): void {
  try {
    effect()
  } catch {
    // Nobody hears the refusal.
  }
}

function answer<Answer>(
  effect: () => Answer | Promise<Answer>,
  caller: Caller,
  resolve: (answer: Answer | Promise<Answer>) => void,
  reject: (error: unknown) => void,
): void {
  try {
    const given = effect()
    if (caller.alive) resolve(given)
  } catch (error) {
    if (caller.alive) reject(error)
  }
}
