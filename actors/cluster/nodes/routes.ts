import { Fault } from '../../runtime/index.ts'
import { readUpTo } from './body.ts'
import { problemOf } from './fault-wire.ts'
import { FRAME_VERSION, packFrame, unknownVersion } from './frame.ts'
import { VERSION } from './peers.ts'
import type { OwnActors } from './port.ts'
import type { NodeQuestions } from './remote.ts'
import { isSigned, mayBeSigned } from './signature.ts'
import { packAnswer, packTail, packTails } from './wire.ts'

const PREFIX = '/.node/'
const MOST_BODY_BYTES = 1024 * 1024

type Answers = { [Path in keyof NodeQuestions]: (question: NodeQuestions[Path]) => Promise<Uint8Array<ArrayBuffer>> }

export interface NodeRoutesOptions {
  readonly actors: Pick<OwnActors, 'ask' | 'tail' | 'tails' | 'reach' | 'inspect'>
  readonly secret: string
  /** What this node says to one who listens. */
  stream(question: { url: string }): ReadableStream<Uint8Array>
  /** Epoch ms. */
  now(): number
  report(level: 'error', sentence: string): void
}

/**
 * What this node answers to others. Only for what is its own at that moment, else NOT_OWNER: it passes no question on, so none goes round
 * in circles. To one who does not know the secret it says nothing.
 */
export function nodeRoutes(options: NodeRoutesOptions): (request: Request) => Promise<Response> | undefined {
  const { secret, now, report, stream } = options
  const answers = answersOf(options.actors)

  async function answer(request: Request, path: string): Promise<Response> {
    let isTrusted = false
    try {
      if (!mayBeSigned(request.headers, now())) throw strange()
      const body = await readUpTo(request.body, MOST_BODY_BYTES)
      if (body === undefined) throw new Fault('TOO_LARGE', `A question may have at most ${MOST_BODY_BYTES} bytes.`)
      isTrusted = isSigned(secret, request, path, body)
      if (!isTrusted) throw strange()
      const version = request.headers.get(VERSION)
      if (Number(version) !== FRAME_VERSION) throw unknownVersion(version)
      const question = JSON.parse(Buffer.from(body).toString())
      if (path === '/.node/stream') return answerWith(stream(question), 'application/x-ndjson')
      if (!Object.hasOwn(answers, path)) throw new Fault('NOT_FOUND', `Nodes are not asked for ${path}.`)
      return answerWith(await answers[path as keyof Answers](question), 'application/octet-stream')
    } catch (error) {
      if (error instanceof Fault) return problemOf(error)
      if (!isTrusted) return problemOf(strange())
      report('error', `${path} could not be answered: ${String(error)}`)
      return problemOf(new Fault('INTERNAL', 'The node made a mistake.'))
    }
  }

  return (request) => {
    // The address is absolute: its path begins at the first slash behind `https://`.
    const { url } = request
    const at = url.indexOf('/', 8)
    return url.startsWith(PREFIX, at) ? answer(request, url.slice(at)) : undefined
  }
}

const strange = () => new Fault('UNAUTHENTICATED', 'A signature is needed.')

const answerWith = (body: Uint8Array<ArrayBuffer> | ReadableStream, type: string) =>
  new Response(body, { headers: { 'content-type': type, 'cache-control': 'no-store' } })

const answersOf = (actors: NodeRoutesOptions['actors']): Answers => ({
  '/.node/ask': async ({ address, question, query, stale, min }) => {
    const options = { stale, ...(min.length > 0 && { minOffsets: new Map(min) }) }
    return packAnswer(await actors.ask(address, question, query, options))
  },
  '/.node/tail': async ({ address, containing }) => packTail(await actors.tail(address, containing)),
  '/.node/tails': async ({ addresses }) => packTails(await actors.tails(addresses)),
  '/.node/reach': async ({ offsets }) => {
    await actors.reach(new Map(offsets))
    return packFrame({})
  },
  '/.node/inspect': async () => packFrame({ report: await actors.inspect() }),
})
