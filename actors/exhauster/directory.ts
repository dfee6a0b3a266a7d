import { EXHAUSTER_IDS, type ExhausterId } from './schema.ts'

/** One of the six, as the plant calls it. */
export interface Exhauster {
  readonly id: ExhausterId
  /** 1 … 6, the order of the plant. */
  readonly number: number
  readonly name: string
  /** The sinter machine that it draws from, 1 … 3. */
  readonly machine: number
  readonly machineName: string
}

const LETTERS = ['У-171', 'У-172', 'Ф-171', 'Ф-172', 'Х-171', 'Х-172']

export const EXHAUSTERS: readonly Exhauster[] = EXHAUSTER_IDS.map((id, index) => {
  const machine = 1 + (index >> 1)
  return {
    id,
    number: index + 1,
    name: `Эксгаустер № ${index + 1} (${LETTERS[index]})`,
    machine,
    machineName: `Агломашина № ${machine}`,
  }
})

/** The exhauster of an actor's id, or undefined: there are six. */
export const exhausterOf = (id: string): Exhauster | undefined => EXHAUSTERS.find((one) => one.id === id)
