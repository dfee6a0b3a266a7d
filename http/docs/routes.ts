import { Elysia } from 'elysia'
import { Type } from '@sinclair/typebox'
import { fileURLToPath } from 'node:url'
import { access } from '../edge/access.ts'
import { PAGE_HEADERS } from '../edge/headers.ts'
import { openApiDocument, type DocumentedRoute } from './document.ts'

/** The page's own files; nothing is asked of any other server. */
const FILES = {
  'swagger-ui.css': ['swagger-ui-dist/swagger-ui.css', 'text/css; charset=utf-8'],
  'swagger-ui-bundle.js': ['swagger-ui-dist/swagger-ui-bundle.js', 'text/javascript; charset=utf-8'],
  'icon.svg': ['../../views/assets/icon.svg', 'image/svg+xml'],
  'start.js': ['./start.js', 'text/javascript; charset=utf-8'],
} as const

const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Windbox API</title>
<link rel="icon" href="/docs/assets/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/docs/assets/swagger-ui.css">
<script src="/docs/assets/swagger-ui-bundle.js" defer></script>
<script src="/docs/assets/start.js" defer></script>
</head>
<body><main id="documentation"></main></body>
</html>
`

/** `/docs`, its files, and the document itself, which is made once, when it is first asked for. */
export function docs(routes: () => readonly DocumentedRoute[], version: string) {
  let document: string | undefined
  const app = new Elysia({ name: 'docs' }).use(access)
  const hidden = { access: 'public', detail: { hide: true }, query: Type.Object({}) } as const
  for (const [name, [source, type]] of Object.entries(FILES)) {
    const path = fileURLToPath(import.meta.resolve(source))
    let bytes: Uint8Array | undefined
    app.get(
      `/docs/assets/${name}`,
      async ({ set }) => {
        set.headers['content-type'] = type
        set.headers['cache-control'] = 'public, max-age=3600'
        return (bytes ??= await Bun.file(path).bytes())
      },
      hidden,
    )
  }
  return app
    .get(
      '/docs',
      ({ set }) => {
        Object.assign(set.headers, PAGE_HEADERS)
        return PAGE
      },
      hidden,
    )
    .get(
      '/swagger/json',
      ({ set }) => {
        set.headers['content-type'] = 'application/json'
        document ??= JSON.stringify(openApiDocument(routes(), version))
        return document
      },
      hidden,
    )
}
