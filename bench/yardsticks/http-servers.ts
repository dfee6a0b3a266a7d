// Two bare servers that answer every GET with the bytes of a file: `bun http-servers.ts elysia|bun FILE` prints its port.
import { readFileSync } from 'node:fs'
import { Elysia } from 'elysia'

const [kind, file] = process.argv.slice(2)
const body = readFileSync(file!, 'utf8')
const headers = { 'content-type': 'application/json' }
const listen = { port: 0, hostname: '127.0.0.1' }

if (kind === 'elysia') {
  const app = new Elysia()
    .get('/api/v1/exhausters/:id', ({ set }) => {
      set.headers['content-type'] = 'application/json'
      return body
    })
    .listen(listen)
  console.log(app.server!.port)
} else {
  console.log(Bun.serve({ ...listen, fetch: () => new Response(body, { headers }) }).port)
}
