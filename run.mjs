// Installs the packages where they are missing or older than the lock file; then runs the project's Bun on what stands in the
// arguments, if anything does. `node run.mjs` · `node run.mjs test actors/log`
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('.', import.meta.url))
const bun = `${root}node_modules/bun/bin/bun.exe`
const installed = `${root}node_modules/.package-lock.json`
const lock = `${root}package-lock.json`

function run(command, args) {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] })
  if (status !== 0) {
    console.error(`windbox: ${command} ${args.join(' ')} failed${error ? `: ${error.message}` : ''}`)
    process.exit(1)
  }
}

if (process.versions.bun) {
  if (!existsSync(`${root}node_modules/elysia`)) run(process.execPath, ['install', '--frozen-lockfile'])
} else {
  if (!existsSync(installed) || statSync(installed).mtimeMs < statSync(lock).mtimeMs) {
    console.error('windbox: installing packages, once')
    run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'])
  }
  // A package manager that runs no install script leaves a placeholder of some hundred bytes in the place of the binary.
  if (statSync(bun).size < 1e6) run(process.execPath, [`${root}node_modules/bun/install.js`])
}

if (process.argv.length > 2) {
  const child = spawn(process.versions.bun ? process.execPath : bun, process.argv.slice(2), { stdio: 'inherit' })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGKILL' ? 137 : 1)))
}
