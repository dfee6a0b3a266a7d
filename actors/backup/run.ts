import { Fault, type FaultCode } from '../runtime/index.ts'
import type { Manifest } from './manifest.ts'

/** What the thread is told. */
export interface ToThread {
  readonly dataDir: string
  readonly into: string
}
/** What it answers. */
export type FromThread = { readonly manifest: Manifest } | { readonly code: FaultCode; readonly detail: string }

/** `makeBackup` on a thread of its own, so that whoever is served meanwhile notices nothing. */
export async function backUpBeside(order: ToThread): Promise<Manifest> {
  const worker = new Worker(new URL('./thread.ts', import.meta.url))
  try {
    const said = await new Promise<FromThread>((resolve, reject) => {
      worker.onmessage = ({ data }: MessageEvent<FromThread>) => resolve(data)
      worker.onerror = ({ message }) => reject(new Error(message))
      worker.postMessage(order)
    })
    if ('manifest' in said) return said.manifest
    throw new Fault(said.code, said.detail)
  } finally {
    worker.terminate()
  }
}
