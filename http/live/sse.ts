/** An event of a stream in `text/event-stream`: any line end within the data starts a new `data:` line. */
export function frame({ id, event, data }: { id?: string; event?: string; data: string }): string {
  let text = ''
  if (id !== undefined) text += `id: ${id}\n`
  if (event !== undefined) text += `event: ${event}\n`
  for (const line of data.split(/\r\n|\r|\n/)) text += `data: ${line}\n`
  return `${text}\n`
}

/** Says that the stream lives; no client sees an event in it. */
export const COMMENT = ': live\n\n'
