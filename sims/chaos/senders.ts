import { placeIn, type Answer } from './asking.ts'
import type { Node } from './node.ts'
import type { PlantTopic } from './plant-topic.ts'
import type { Random } from './random.ts'
import type { Session } from './session.ts'
import type { Watch } from './watch.ts'

/** Devices that get readings one by one, and those that get them in batches, all of them in each. */
const ALONE = 4
const TOGETHER = 3
const READINGS_A_BATCH = 8
const EVENTS_A_BATCH = 10
/** Of all acknowledgements, so many are read back. */
const READ_BACK = 0.15
const RETRY_MS = 100
/** Readings with a time of their own lie so far back, a second from one to the next. */
const PAST_MS = 300 * 86_400_000
/** Whoever refused the same item so often means it. */
const MOST_REFUSALS = 50

/** One who sends: numbered items, one request after the other, each until it is answered. */
export interface Sender {
  readonly name: string
  acknowledged: number
}

export interface Device extends Sender {
  readonly id: number
}

/** What a run sends, and what of it was acknowledged. */
export interface Load {
  readonly devices: readonly Device[]
  readonly events: readonly Sender[]
  readonly loop: Sender
  readonly rotor: Sender
  /** Frames of a plant, where the run has a broker for its topic. */
  readonly frames: Sender | null
  readonly loopName: string
  readonly run: string
  /** Sentences of what was refused for good, or answered as a fault of the server. */
  readonly refusals: readonly string[]
  /** Requests that were sent again because their outcome was not known, or was "later". */
  readonly again: () => number
  readonly all: readonly Sender[]
  /** Sends no more, and resolves when everything sent is answered. */
  stop(): Promise<void>
}

export const eventType = (sender: Sender) => `chaos.${sender.name}`
const eventId = (run: string, sender: Sender, n: number) => `${run}-${sender.name}-${n}`
export const ROTOR_OF = 'u-171'

interface Parts {
  readonly nodes: readonly Node[]
  readonly session: Session
  readonly watch: Watch
  readonly random: Random
  readonly plant: PlantTopic | null
  /** Between the answer to one request of a sender and its next. */
  readonly pauseMs: number
}

/** Makes what the load needs: devices and a loop; then sends until it is stopped. */
export async function startLoad({ nodes, session, watch, random, plant, pauseMs }: Parts): Promise<Load> {
  const run = Math.floor(random.next() * 2 ** 32).toString(36)
  const began = Date.now()
  const refusals: string[] = []
  let again = 0
  let stopping = false

  const refused = (sentence: string) => {
    if (refusals.length < 100) refusals.push(sentence)
  }

  /** Sends to any node until one acknowledges. A batch of which something was not taken is sent again under its key. */
  async function send(path: string, body: string, key: string, method: 'POST' | 'PUT' = 'POST'): Promise<Answer> {
    for (let refusedTimes = 0; ;) {
      const node = random.pick(nodes)
      const answer = await session.ask(node, path, { method, body, headers: { 'idempotency-key': key } })
      const { status, text } = answer
      if (status >= 200 && status < 300 && !text.includes('"code":"LOG_UNAVAILABLE"')) return answer
      again++
      const isLater = status < 300 || [401, 421, 429, 503].includes(status)
      if (!isLater) {
        refused(`${path} ${key} was answered ${status} by ${node.name}: ${text.slice(0, 200)}`)
        if (++refusedTimes === MOST_REFUSALS) throw new Error(refusals.at(-1))
      }
      await Bun.sleep(RETRY_MS)
    }
  }

  async function makeDevice(name: string): Promise<Device> {
    const answer = await send('/api/v1/devices', JSON.stringify({ name: `${run} ${name}` }), `${run}-device-${name}`)
    return { name, acknowledged: 0, id: (JSON.parse(answer.text) as { id: number }).id }
  }

  const alone: Device[] = []
  const together: Device[] = []
  for (let i = 0; i < ALONE; i++) alone.push(await makeDevice(`alone-${i + 1}`))
  for (let i = 0; i < TOGETHER; i++) together.push(await makeDevice(`together-${i + 1}`))
  const loopName = `chaos-${run}`
  await send(
    `/api/v1/control/loops/${loopName}`,
    '{"interval_s":5,"alpha":0.05,"manipulator":null,"test":"one_sample","dry_run":true}',
    `${run}-loop`,
    'PUT',
  )
  const sender = (name: string): Sender => ({ name, acknowledged: 0 })
  const [single, batches, loop, rotor] = [sender('single'), sender('batches'), sender('loop'), sender('rotor')]
  const frames = plant && sender('frames')

  /** The n-th reading of a device. Every other device says its own times. */
  const reading = ({ id }: Device, n: number) => ({
    device_id: id,
    ...(id % 2 === 0 ? {} : { at: new Date(began - PAST_MS + n * 1000).toISOString() }),
    values: { n },
  })

  /** Asks a node for what was just acknowledged: 200 without it is a stale read, anything but 200 is none. */
  async function readBack(device: Device, position: string, n: number): Promise<void> {
    const node = random.pick(nodes)
    const [path, shown] = random.pick<readonly [string, (body: never) => number | null]>([
      [
        `/api/v1/devices/${device.id}/state`,
        ({ values }: { values: { n?: { value: number } } }) => values.n?.value ?? null,
      ],
      [`/api/v1/statistics?attr=n&device_id=${device.id}`, ({ count }: { count: number }) => count],
      [
        `/api/v1/data?limit=1&device_id=${device.id}`,
        ({ items }: { items: { values: { n: number } }[] }) => items[0]?.values.n ?? null,
      ],
    ])
    const answer = await session.ask(node, path, { headers: { 'x-min-offset': position } })
    if (answer.status === 500) refused(`${path} was answered 500 by ${node.name}: ${answer.text.slice(0, 200)}`)
    if (answer.status !== 200) return
    watch.included(`device ${device.name}`, `${node.name} ${path}`, n, shown(JSON.parse(answer.text) as never))
  }

  async function readEventBack(id: string, position: string): Promise<void> {
    const node = random.pick(nodes)
    const answer = await session.ask(node, `/api/v1/events/${id}`, { headers: { 'x-min-offset': position } })
    if (answer.status === 500) refused(`event ${id} was answered 500 by ${node.name}: ${answer.text.slice(0, 200)}`)
    if (answer.status === 200 || answer.status === 404) {
      watch.included(`event ${id}`, node.name, 1, answer.status === 200 ? 1 : null)
    }
  }

  async function sendReading(device: Device): Promise<void> {
    const n = device.acknowledged + 1
    const body = JSON.stringify(reading(device, n))
    const answer = await send('/api/v1/data', body, `${run}-${device.name}-${n}`)
    device.acknowledged = n
    const position = answer.headers.get('x-position')
    if (placeIn(position) === null) return refused(`a reading of ${device.name} was taken without a position`)
    if (random.next() < READ_BACK) await readBack(device, position!, n)
  }

  async function sendReadings(): Promise<void> {
    const from = together[0]!.acknowledged + 1
    const items = together.flatMap((device) =>
      Array.from({ length: READINGS_A_BATCH }, (_, i) => reading(device, from + i)),
    )
    const answer = await send('/api/v1/data', JSON.stringify(items), `${run}-together-${from}`)
    for (const device of together) device.acknowledged += READINGS_A_BATCH
    if (random.next() < READ_BACK) {
      await readBack(random.pick(together), answer.headers.get('x-position')!, from + READINGS_A_BATCH - 1)
    }
  }

  const event = (to: Sender, n: number) => ({ id: eventId(run, to, n), type: eventType(to), data: { n } })

  async function sendEvent(): Promise<void> {
    const n = single.acknowledged + 1
    const one = event(single, n)
    const answer = await send('/api/v1/events', JSON.stringify(one), `${run}-event-${n}`)
    single.acknowledged = n
    if (random.next() < READ_BACK) await readEventBack(one.id, answer.headers.get('x-position')!)
  }

  /** Without a key: the ids of the events alone have to do. */
  async function sendEvents(): Promise<void> {
    const from = batches.acknowledged + 1
    const events = Array.from({ length: EVENTS_A_BATCH }, (_, i) => event(batches, from + i))
    await send('/api/v1/events', JSON.stringify(events), `${run}-events-${from}`)
    batches.acknowledged += EVENTS_A_BATCH
  }

  async function sendToLoop(): Promise<void> {
    const n = loop.acknowledged + 1
    const body = JSON.stringify({ datetime: new Date().toISOString(), payload: n % 100, sensor: 'chaos' })
    await send(`/api/v1/control/loops/${loopName}/readings`, body, `${run}-loop-${n}`)
    loop.acknowledged = n
  }

  async function installRotor(): Promise<void> {
    const n = rotor.acknowledged + 1
    const body = JSON.stringify({ number: n, installed_at: new Date(began - PAST_MS + n * 1000).toISOString() })
    await send(`/api/v1/exhausters/${ROTOR_OF}/rotor`, body, `${run}-rotor-${n}`)
    rotor.acknowledged = n
    await Bun.sleep(20 * pauseMs)
  }

  async function sendFrame(to: Sender, topic: PlantTopic): Promise<void> {
    await topic.send(to.acknowledged + 1)
    to.acknowledged++
  }

  const keepOn = async (work: () => Promise<void>): Promise<void> => {
    while (!stopping) {
      await work()
      await Bun.sleep(pauseMs)
    }
  }
  const sending = Promise.all([
    ...alone.map((device) => keepOn(() => sendReading(device))),
    keepOn(sendReadings),
    keepOn(sendEvent),
    keepOn(sendEvents),
    keepOn(sendToLoop),
    keepOn(installRotor),
    ...(plant && frames ? [keepOn(() => sendFrame(frames, plant))] : []),
  ])
  sending.catch((error: unknown) => refused(String(error)))

  return {
    devices: [...alone, ...together],
    events: [single, batches],
    loop,
    rotor,
    frames,
    loopName,
    run,
    refusals,
    again: () => again,
    all: [...alone, ...together, single, batches, loop, rotor, ...(frames ? [frames] : [])],
    async stop() {
      stopping = true
      await sending
    },
  }
}
