// A process to be killed while it delivers: `bun kill.fixture.ts STORE_FILE URL SECRET`.
import { openSqliteStore } from '../store/sqlite/store.ts'
import { DeliveryLoop } from './loop.ts'
import { webhookTarget } from './webhook.ts'

const [file, url, secret] = process.argv.slice(2) as [string, string, string]
const store = openSqliteStore(file)
const webhook = webhookTarget({
  destination: async () => ({ url, secret, origin: 'wb' }),
  allowPrivate: true,
  resolve: async () => ['127.0.0.1'],
  now: Date.now,
})
const loop = new DeliveryLoop({
  store,
  append: async () => [],
  kinds: new Map([['webhook', webhook]]),
  now: Date.now,
  random: Math.random,
  report: (sentence) => console.error(sentence),
})
loop.wake()
setInterval(() => loop.wake(), 20)
