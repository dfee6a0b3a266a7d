import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** A file that pages refer to, in memory, under a name that changes with its content: browsers may keep it for ever. */
export interface Asset {
  readonly name: string
  readonly type: string
  readonly body: Uint8Array<ArrayBuffer>
}

const STYLES = [
  'tokens.css',
  'base.css',
  'shell.css',
  'components.css',
  'platform.css',
  'overview.css',
  'mnemonic.css',
  'trends.css',
] as const
const TYPES: Readonly<Record<string, string>> = {
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
  woff2: 'font/woff2',
}

const own = (name: string) => readFileSync(fileURLToPath(new URL(`assets/${name}`, import.meta.url)))
const ofPackage = (path: string) => readFileSync(fileURLToPath(import.meta.resolve(path)))

const assets = new Map<string, Asset>()
const urls = new Map<string, string>()
const modules = new Map<string, readonly string[]>()

function add(file: string, content: Uint8Array | string) {
  const body = typeof content === 'string' ? new TextEncoder().encode(content) : new Uint8Array(content)
  const [stem = file, ending = ''] = file.split('.')
  const hash = new Bun.CryptoHasher('sha256').update(body).digest('hex').slice(0, 12)
  const name = `${stem}.${hash}.${ending}`
  assets.set(name, { name, type: TYPES[ending] ?? 'application/octet-stream', body })
  urls.set(file, `/dashboard/assets/${name}`)
}

/** A script of modules in a folder, `main.js` first: each goes by its own hashed name, and imports the others by theirs. */
function addModule(folder: string, module = 'main.js'): string {
  const file = `${folder}-${module}`
  const known = urls.get(file)
  if (known) return known
  const code = own(`${folder}/${module}`).toString()
  add(
    file,
    code.replace(/(?<= from ')\.\/([\w-]+\.js)(?=')/g, (_, other: string) => addModule(folder, other)),
  )
  modules.set(folder, [...(modules.get(folder) ?? []), assetUrl(file)])
  return assetUrl(file)
}

add('icon.svg', own('icon.svg'))
for (const script of ['latin', 'cyrillic']) {
  add(`inter-${script}.woff2`, ofPackage(`@fontsource-variable/inter/files/inter-${script}-wght-normal.woff2`))
}
add('windbox.js', own('windbox.js'))
add('uplot.js', ofPackage('uplot/dist/uPlot.iife.min.js'))
addModule('trends')
// One file: as two deferred ones the extension at times arrives after the page was processed, and never connects.
add('htmx.js', `${ofPackage('htmx.org/dist/htmx.min.js')}\n${ofPackage('htmx.org/dist/ext/hx-sse.min.js')}\n`)
add(
  'windbox.css',
  // In the lowest layer, so that ours decides.
  [`@layer uplot {${ofPackage('uplot/dist/uPlot.min.css')}}`, ...STYLES.map(own)]
    .join('\n')
    .replace(/url\(['"]([^'"]+)['"]\)/g, (_, file: string) => `url("${assetUrl(file)}")`),
)

/** The address of a file by its plain name, `windbox.css`; throws when there is none. */
export function assetUrl(file: string): string {
  const url = urls.get(file)
  if (!url) throw new Error(`no asset ${file}`)
  return url
}

/** The addresses of a folder's modules, the one that begins last. */
export const moduleUrls = (folder: string): readonly string[] => modules.get(folder) ?? []

/** The file with this hashed name. */
export const findAsset = (name: string): Asset | undefined => assets.get(name)

/** Changes with any file that a page uses: a page of another build must be loaded anew. */
export const build: string = new Bun.CryptoHasher('sha256')
  .update([...urls.values()].join())
  .digest('hex')
  .slice(0, 12)
