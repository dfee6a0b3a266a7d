import { Fault } from '../actors/runtime/index.ts'
import { ConfigError } from '../config-error.ts'
import type { Config } from '../config.ts'
import { faultHeaders, PROBLEM_JSON, problemText } from '../http/edge/problem.ts'

/**
 * What answers HTTP before log and store are there: alive, not ready, and a word about what is waited for. The port is taken from the
 * first moment on, so that one that cannot be had is said at once.
 */
export function openWaitingRoom({ WINDBOX_HOST, WINDBOX_PORT, WINDBOX_PARTITIONS: partitions }: Config) {
  let what = 'the database'
  const fetch = (request: Request): Response => {
    const { pathname } = new URL(request.url)
    if (pathname === '/ping') return new Response('pong')
    if (pathname === '/health/live') return Response.json({ live: true })
    const fault = new Fault('RESTORING', `The server is starting: it waits for ${what}.`)
    if (pathname === '/health/ready') {
      const progress = { partitions, restoring: partitions, replayed: 0, to_replay: 0, missing: ['partitions'] }
      const body = { ready: false, waiting_for: what, ...progress }
      return Response.json(body, { status: fault.status, headers: faultHeaders(fault) })
    }
    const headers = { ...faultHeaders(fault), 'content-type': PROBLEM_JSON }
    return new Response(problemText(fault, pathname), { status: fault.status, headers })
  }
  const server = serve({ hostname: WINDBOX_HOST, port: WINDBOX_PORT, fetch })
  return {
    /** From now on this is what is waited for. */
    say(now: string) {
      what = now
    },
    close: () => server.stop(true),
  }
}

function serve(options: { hostname: string; port: number; fetch(request: Request): Response }) {
  try {
    return Bun.serve(options)
  } catch (error) {
    throw unlistenable(options.hostname, options.port, error)
  }
}

export const unlistenable = (host: string, port: number, error: unknown) =>
  new ConfigError(`WINDBOX_HOST=${host} WINDBOX_PORT=${port} cannot be listened on: ${(error as Error).message}`)
