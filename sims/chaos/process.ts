import { existsSync, readFileSync } from 'node:fs'

/** A process that somebody else may have started. `Z` is dead, and only not buried. */
export function runs(pid: number): boolean {
  const stat = `/proc/${pid}/stat`
  try {
    return existsSync(stat) && !/^\) [ZX]/.test(readFileSync(stat, 'utf8').replace(/^.*(?=\) )/s, ''))
  } catch {
    return false
  }
}

/** False when it runs no more. */
export function signal(pid: number, name: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, name)
  } catch {
    return false
  }
}

/** No file of the process grows beyond so many bytes: what a full disk is to it. null takes the limit away. */
export async function limitFiles(pid: number, bytes: number | null): Promise<void> {
  await Bun.spawn(['prlimit', '--pid', `${pid}`, `--fsize=${bytes ?? 'unlimited'}:`], {
    stdio: ['ignore', 'ignore', 'ignore'],
  }).exited
}

/** A free port below those that outgoing connections get: a client that keeps trying cannot take the port of a node that is down. */
export function freePort(): number {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 10_000)
    try {
      void Bun.serve({ port, hostname: '127.0.0.1', fetch: () => new Response() }).stop(true)
      return port
    } catch {
      // Taken.
    }
  }
}
