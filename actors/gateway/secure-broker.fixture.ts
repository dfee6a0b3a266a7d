import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'

const CACHE =
  process.env.WINDBOX_SERVICES_CACHE ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'windbox')
const JARS = join(CACHE, 'kafka')

/** Where `.ci/services` has left a broker's jars, and java and openssl are there: nothing is downloaded here. */
export const CAN_BE_SECURE =
  process.env.WINDBOX_KAFKA_BROKERS !== undefined &&
  existsSync(join(JARS, 'complete')) &&
  Bun.which('java') !== null &&
  Bun.which('openssl') !== null

export const USER = { username: 'windbox', password: 'the password of a plant' }

function run(dir: string, ...command: string[]): void {
  const { exitCode, stderr, stdout } = Bun.spawnSync(command, { cwd: dir })
  if (exitCode !== 0) throw new Error(`${command.join(' ')}: ${stdout.toString()}${stderr.toString()}`)
}

/** An authority, a broker's key with a certificate of it for the loopback, and an authority that nobody knows. */
function certificates(dir: string): void {
  const authority = (name: string) =>
    run(
      dir,
      ...'openssl req -x509 -newkey rsa:2048 -nodes -days 2'.split(' '),
      ...['-subj', `/CN=${name}`, '-keyout', `${name}.key`, '-out', `${name}.pem`],
    )
  authority('ca')
  authority('stranger')
  run(dir, ...'openssl req -newkey rsa:2048 -nodes -subj /CN=broker -keyout broker.key -out broker.csr'.split(' '))
  writeFileSync(join(dir, 'san'), 'subjectAltName=IP:127.0.0.1,DNS:localhost')
  run(
    dir,
    ...'openssl x509 -req -days 2 -in broker.csr -CA ca.pem -CAkey ca.key -CAcreateserial'.split(' '),
    ...['-extfile', 'san', '-out', 'broker.crt'],
  )
  const store = readFileSync(join(dir, 'broker.key'), 'utf8') + readFileSync(join(dir, 'broker.crt'), 'utf8')
  writeFileSync(join(dir, 'broker.pem'), store)
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number }
      server.close(() => resolve(port))
    })
  })
}

/**
 * A broker with a listener as a plant has it, SASL_SSL with SCRAM-SHA-512 and a certificate of an authority of its own, where {@link USER}
 * may do nothing yet; and an open one, where everybody may do everything.
 */
export async function secureBroker() {
  const dir = mkdtempSync(join(tmpdir(), 'windbox-secure-'))
  certificates(dir)
  const [open, secure, controller] = await Promise.all([freePort(), freePort(), freePort()])
  const listeners = `OPEN://127.0.0.1:${open},SECURE://127.0.0.1:${secure}`
  mkdirSync(join(dir, 'data'))
  const settings = {
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.voters': `1@127.0.0.1:${controller}`,
    listeners: `${listeners},CONTROLLER://127.0.0.1:${controller}`,
    'advertised.listeners': listeners,
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'OPEN',
    'listener.security.protocol.map': 'OPEN:PLAINTEXT,CONTROLLER:PLAINTEXT,SECURE:SASL_SSL',
    'listener.name.secure.ssl.keystore.type': 'PEM',
    'listener.name.secure.ssl.keystore.location': join(dir, 'broker.pem'),
    'listener.name.secure.sasl.enabled.mechanisms': 'SCRAM-SHA-512',
    'listener.name.secure.scram-sha-512.sasl.jaas.config':
      'org.apache.kafka.common.security.scram.ScramLoginModule required;',
    'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
    'super.users': 'User:ANONYMOUS',
    'log.dirs': join(dir, 'data'),
    'auto.create.topics.enable': true,
    'offsets.topic.replication.factor': 1,
    'offsets.topic.num.partitions': 2,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    'group.initial.rebalance.delay.ms': 0,
    'log.cleaner.dedupe.buffer.size': 2_097_152,
  }
  const file = join(dir, 'server.properties')
  const lines = Object.entries(settings).map(([name, value]) => `${name}=${value}`)
  writeFileSync(file, lines.join('\n'))
  const java = ['java', '-Xms256m', '-Xmx256m', '-XX:+UseSerialGC', '-cp', `${JARS}/*`]
  const scram = `SCRAM-SHA-512=[name=${USER.username},password="${USER.password}"]`
  run(
    dir,
    ...java,
    'kafka.tools.StorageTool',
    'format',
    '-t',
    '5L6g3nShT-eMCtK--X86sw',
    '-c',
    file,
    '--add-scram',
    scram,
  )
  const shown = '-Dorg.slf4j.simpleLogger.log.kafka.server.KafkaRaftServer=info'
  async function start(): Promise<Bun.Subprocess> {
    const log = Bun.file(join(dir, `log-${crypto.randomUUID()}`))
    const command = [...java.slice(0, -2), shown, ...java.slice(-2), 'kafka.Kafka', file]
    const started = Bun.spawn(command, { stdout: log, stderr: log })
    const end = performance.now() + 60_000
    while (!(await log.text()).includes('Kafka Server started')) {
      if (started.exitCode !== null || performance.now() > end) throw new Error(`no broker: ${await log.text()}`)
      await Bun.sleep(100)
    }
    return started
  }
  let broker = await start()
  const kill = async () => {
    broker.kill('SIGKILL')
    await broker.exited
  }
  return {
    open: `127.0.0.1:${open}`,
    secure: `127.0.0.1:${secure}`,
    caFile: join(dir, 'ca.pem'),
    strangersCaFile: join(dir, 'stranger.pem'),
    kill,
    /** On its data and its ports. */
    async startAgain() {
      broker = await start()
    },
    async stop() {
      await kill()
      rmSync(dir, { recursive: true, force: true })
    },
  }
}
