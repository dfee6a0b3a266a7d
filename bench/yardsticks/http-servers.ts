// Bare servers: `bun http-servers.ts elysia|bun FILE` answers every GET with the bytes of a file, `bun http-servers.ts post` takes JSON and
// answers 202 with some. Each prints its port.
import { readFileSync } from 'node:fs'
import { Elysia } from 'elysia'

const [kind, file] = process.argv.slice(2)
const body = file ? readFileSync(file, 'utf8') : ''
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
} else if (kind === 'post') {
  const fetch = async (request: Request) => {
    const { id } = (await request.json()) as { id: string }
    return Response.json({ status: 'queued', id }, { status: 202 })
  }
  console.log(Bun.serve({ ...listen, fetch }).port)
} else {
  console.log(Bun.serve({ ...listen, fetch: () => new Response(body, { headers }) }).port)
}
