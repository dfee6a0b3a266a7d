import { closeSync, existsSync, openSync, readdirSync, readFileSync, readSync } from 'node:fs'
import { join } from 'node:path'

interface LockedPackage {
  readonly version?: string
  readonly dev?: boolean
  readonly optional?: boolean
  readonly peer?: boolean
  readonly dependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
}

export interface Lock {
  readonly name: string
  readonly version: string
  readonly packages: Readonly<Record<string, LockedPackage>>
}

const NATIVE_NAME = /\.(?:node|so(?:\.\d+)*|dylib|dll|wasm|exe|a|o)$/

/** First bytes of what a processor runs: ELF, WebAssembly, Mach-O (four kinds, and universal, which a Java class shares), PE. */
const MAGIC: readonly (readonly [hex: string, name: string])[] = [
  ['7f454c46', 'ELF'],
  ['0061736d', 'WebAssembly'],
  ['feedface', 'Mach-O'],
  ['feedfacf', 'Mach-O'],
  ['cefaedfe', 'Mach-O'],
  ['cffaedfe', 'Mach-O'],
  ['cafebabe', 'Mach-O'],
  ['4d5a9000', 'PE'],
]

/** Folders of what `npm ci --omit=dev` installs here: optional and peer packages count where they are installed. */
export function productionPackages(root: string, lock: Lock): string[] {
  return Object.entries(lock.packages)
    .filter(([path, { dev }]) => path !== '' && !dev && existsSync(join(root, path)))
    .map(([path]) => path)
}

/** Files of the packages that are machine code or WebAssembly, by their name or by their first bytes. */
export function nativeFiles(root: string, packages: readonly string[]): string[] {
  const found: string[] = []
  const walk = (folder: string) => {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      const path = `${folder}/${entry.name}`
      if (entry.isDirectory()) {
        // A package inside a package stands in the lock file by itself.
        if (entry.name !== 'node_modules') walk(path)
      } else {
        const magic = MAGIC.find(([hex]) => hex === firstBytes(join(root, path)))
        if (magic) found.push(`${path} (${magic[1]})`)
        else if (NATIVE_NAME.test(entry.name)) found.push(path)
      }
    }
  }
  for (const path of packages) walk(path)
  return found
}

const four = Buffer.alloc(4)
function firstBytes(file: string): string {
  const open = openSync(file, 'r')
  const length = readSync(open, four, 0, 4, 0)
  closeSync(open)
  return four.toString('hex', 0, length)
}

export const readLock = (root: string): Lock =>
  JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as Lock
