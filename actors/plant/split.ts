import { EXHAUSTERS } from '../exhauster/directory.ts'
import type { FrameRecord } from '../exhauster/frame.ts'
import { SINTER_MACHINES } from '../machine/directory.ts'
import type { MachineRecord } from '../machine/actor.ts'
import type { Fault, NewRecord } from '../runtime/index.ts'
import type { PlantFrame, RejectedFrame } from './schema.ts'
import { sizeOf, type Frame } from './frame.ts'
import type { FrameSource, SourceMessage } from './source.ts'

/** What a source's messages say of themselves besides the frame. */
export type SourceFacts = Pick<FrameSource, 'id' | 'clock' | 'demonstration'>

export const PLANT_ADDRESS = 'plant/main'
const MAX_PAYLOAD_BYTES = 64 * 1024

/**
 * One record for each exhauster and sinter machine that the frame speaks of. The moment is the record's id: a frame that comes
 * again, from wherever, changes nothing.
 */
export function machineRecords(frame: Frame, clock: FrameSource['clock']): NewRecord[] {
  const { moment } = frame
  const record = (key: string, values: (number | null)[] | null | undefined): NewRecord[] => {
    if (!values) return []
    const value: FrameRecord & MachineRecord = { moment, clock, values }
    return [{ key, type: 'frame', id: String(moment), value: JSON.stringify(value) }]
  }
  return [
    ...EXHAUSTERS.flatMap(({ id }, i) => record(`exhauster/${id}`, frame.exhausters[i])),
    ...SINTER_MACHINES.flatMap(({ id }, i) => record(`machine/${id}`, frame.machines[i])),
  ]
}

/**
 * The record that moves the source's cursor past a message. It carries the cursor as its id, not the moment: a message that the source
 * sends twice must move the cursor twice. It may be appended only when the frame's other records are durable.
 */
function cursorRecord(source: SourceFacts, cursor: string, type: 'frame' | 'rejected', value: object): NewRecord {
  return { key: PLANT_ADDRESS, type, id: `${source.id}/${cursor}`, value: JSON.stringify(value) }
}

export function plantRecord(source: SourceFacts, cursor: string, frame: Frame): NewRecord {
  const value: PlantFrame = {
    source: source.id,
    cursor,
    clock: source.clock,
    demonstration: source.demonstration ?? false,
    moment: frame.moment,
    unknown: frame.unknownCount,
    wrong: frame.wrongCount,
    ...(frame.wrongCount > 0 ? { signals: frame.wrong } : {}),
  }
  return cursorRecord(source, cursor, 'frame', value)
}

/** A message that is no frame, cut to 64 KiB: its turn makes the dead letter. */
export function rejectedRecord(source: SourceFacts, { text, cursor }: SourceMessage, fault: Fault): NewRecord {
  const value: RejectedFrame = {
    source: source.id,
    cursor,
    clock: source.clock,
    demonstration: source.demonstration ?? false,
    code: fault.code,
    cause: fault.message,
    payload: cut(text),
    size: sizeOf(text),
  }
  return cursorRecord(source, cursor, 'rejected', value)
}

function cut(message: string | Uint8Array): string {
  if (typeof message !== 'string') return new TextDecoder().decode(message.subarray(0, MAX_PAYLOAD_BYTES))
  const { read } = new TextEncoder().encodeInto(message, new Uint8Array(MAX_PAYLOAD_BYTES))
  return message.slice(0, read)
}
