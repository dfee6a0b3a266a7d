import { PLANT_ADDRESS } from './split.ts'

/**
 * The moment, epoch ms, before which history may go. Its times are the source's own, so they are old against the plant's newest frame and not
 * against this machine's clock: a recording of last year is all there is for those who replay it.
 */
export async function keptFrom(
  cluster: { ask(address: string, question: string): Promise<{ readonly body: string }> },
  nowMs: number,
  keptMs: number,
): Promise<number> {
  const { body } = await cluster.ask(PLANT_ADDRESS, 'state')
  const { newest } = JSON.parse(body) as { newest: string | null }
  return Math.min(nowMs, newest === null ? nowMs : Date.parse(newest)) - keptMs
}
