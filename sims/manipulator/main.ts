// A manipulator that prints what it is told: `node run.mjs sims/manipulator/main.ts [--port 1234] [--behaviour take|acknowledge|hang|drop]`.
import { parseArgs } from 'node:util'
import { startManipulator, type Behaviour } from './manipulator.ts'

const BEHAVIOURS: readonly string[] = ['take', 'acknowledge', 'hang', 'drop'] satisfies Behaviour[]

const { values } = parseArgs({
  options: { port: { type: 'string', default: '1234' }, behaviour: { type: 'string', default: 'take' } },
})
if (!BEHAVIOURS.includes(values.behaviour)) throw new Error(`--behaviour is one of ${BEHAVIOURS.join(', ')}`)

const { port } = startManipulator({
  port: Number(values.port),
  behaviour: values.behaviour as Behaviour,
  now: () => Date.now(),
  onLine: ({ at, line }) => console.log(new Date(at).toISOString(), line),
})
console.log(`the manipulator listens on 127.0.0.1:${port}`)
