/// <reference lib="webworker" />
import { Fault } from '../runtime/index.ts'
import { makeBackup } from './make.ts'
import type { FromThread, ToThread } from './run.ts'

declare const self: DedicatedWorkerGlobalScope

self.onmessage = async ({ data: { dataDir, into } }: MessageEvent<ToThread>) => {
  let said: FromThread
  try {
    said = { manifest: await makeBackup(dataDir, into, Date.now) }
  } catch (error) {
    const { code, message } = error instanceof Fault ? error : new Fault('INTERNAL', String(error))
    said = { code, detail: message }
  }
  postMessage(said)
}
