import type { Lock } from './native.ts'

interface Manifest {
  readonly name: string
  readonly version: string
  readonly scripts: Readonly<Record<string, string>>
  readonly dependencies: Readonly<Record<string, string>>
  readonly devDependencies: Readonly<Record<string, string>>
}

/** Scripts that npm runs by itself, at an install or around another script: they would be skipped under `ignore-scripts`. */
const LIFECYCLE =
  /^(?:(?:pre|post)?(?:install|publish|pack|version|shrinkwrap|restart|start|stop|test|uninstall)|prepare|prepublishOnly|dependencies)$/

/** The scripts that the documentation promises. */
const PROMISED = ['start', 'test', 'bench', 'sim']

/** What is wrong with package.json: ranges instead of pins, hooks, scripts that do not go through run.mjs, a lock file of other packages. */
export function packageFaults(manifest: Manifest, lock: Lock): string[] {
  const faults: string[] = []
  const packages = { ...manifest.dependencies, ...manifest.devDependencies }
  for (const [name, version] of Object.entries(packages)) {
    if (!/^\d+\.\d+\.\d+$/.test(version)) faults.push(`${name} ${version} is not an exact version`)
    const locked = lock.packages[`node_modules/${name}`]?.version
    if (locked !== version) faults.push(`${name} is ${version} here and ${locked ?? 'absent'} in the lock file`)
  }
  for (const [name, command] of Object.entries(manifest.scripts)) {
    if (LIFECYCLE.test(name) && !PROMISED.includes(name)) faults.push(`${name} is a hook`)
    if (!command.startsWith('node run.mjs ')) faults.push(`${name} does not go through run.mjs`)
  }
  for (const name of PROMISED) if (!manifest.scripts[name]) faults.push(`${name} is not there`)
  const root = lock.packages['']
  const same = (a: unknown, b: unknown) => JSON.stringify(sorted(a)) === JSON.stringify(sorted(b))
  if (lock.name !== manifest.name || lock.version !== manifest.version)
    faults.push('the lock file is of another project or version')
  if (!same(root?.dependencies, manifest.dependencies) || !same(root?.devDependencies, manifest.devDependencies)) {
    faults.push('the lock file was made for other dependencies')
  }
  return faults
}

const sorted = (record: unknown) => Object.entries(record ?? {}).sort(([a], [b]) => (a < b ? -1 : 1))
