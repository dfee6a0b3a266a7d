import { Elysia } from 'elysia'
import { describe } from '../docs/describe.ts'
import { access } from '../edge/access.ts'

/** The paths of the playback system's documentation. Its one path that takes data is the same here. */
export function playbackAliases() {
  const moved = (to: string) =>
    describe({
      tag: 'compat',
      summary: `See ${to}`,
      answers: { 307: { description: 'Moved' } },
    })
  return new Elysia({ name: 'compat-playback' })
    .use(access)
    .get('/api/docs', ({ redirect }) => redirect('/docs', 307), { access: 'public', detail: moved('/docs') })
    .get('/api/openapi.json', ({ redirect }) => redirect('/swagger/json', 307), {
      access: 'public',
      detail: moved('/swagger/json'),
    })
}
