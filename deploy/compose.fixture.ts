import { readFileSync } from 'node:fs'
import { join } from 'node:path'

export const ROOT = join(import.meta.dir, '..')
export const read = (path: string) => readFileSync(join(ROOT, path), 'utf8')

export interface Service {
  readonly image: string
  readonly build?: string
  readonly restart?: string
  readonly entrypoint?: readonly string[]
  readonly command?: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
  readonly ports?: readonly string[]
  readonly volumes?: readonly string[]
  readonly tmpfs?: readonly string[]
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>
  readonly healthcheck?: { readonly test: readonly string[] }
  readonly stop_grace_period?: string
  readonly read_only?: boolean
  readonly deploy?: { readonly resources: { readonly limits: { readonly cpus: string; readonly memory: string } } }
}

interface Compose {
  readonly services: Readonly<Record<string, Service>>
  readonly volumes: Readonly<Record<string, unknown>>
}

const text = read('docker-compose.yml')
export const compose = Bun.YAML.parse(text) as Compose
export const services = Object.entries(compose.services)

/** Variables that the file asks for, and those that it may be given. */
export const variables = {
  required: new Set([...text.matchAll(/\$\{(\w+):\?[^}]+\}/g)].map(([, name]) => name!)),
  optional: new Set([...text.matchAll(/\$\{(\w+):-[^}]*\}/g)].map(([, name]) => name!)),
}

/** As Compose puts variables in. Throws for one that is required and not given. */
export function interpolate(value: string, given: Readonly<Record<string, string>>): string {
  return value.replace(/\$\$|\$\{(\w+):([-?])([^}]*)\}/g, (whole, name: string, kind: string, rest: string) => {
    if (whole === '$$') return '$'
    if (kind === '?' && !given[name]) throw new Error(`${name} is not given: ${rest}`)
    return given[name] || rest
  })
}

/** A file of `NAME=value` lines. */
export const readEnv = (text: string): Record<string, string> =>
  Object.fromEntries([...text.matchAll(/^([A-Z_]+)=(.*)$/gm)].map(([, name, value]) => [name!, value!]))
