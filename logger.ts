const LEVELS = ['error', 'warn', 'info', 'debug'] as const
type Level = (typeof LEVELS)[number]
type Write = (sentence: string, fields?: Readonly<Record<string, unknown>>) => void

/** Lines for the operator's terminal or journal: time, level, sentence, fields. Never a secret, a token or a body. */
export type Logger = Readonly<Record<Level, Write>>

/** JSON makes nothing of an error. */
const shown = (value: unknown): unknown => (value instanceof Error ? (value.stack ?? String(value)) : value)

/** Writes what is at least as grave as `least`: errors and warnings to standard error, the rest to standard output. */
export function createLogger(least: Level): Logger {
  const write = (level: Level): Write => {
    if (LEVELS.indexOf(level) > LEVELS.indexOf(least)) return () => {}
    const stream = level === 'error' || level === 'warn' ? process.stderr : process.stdout
    return (sentence, fields = {}) => {
      const rest = Object.entries(fields).map(([name, value]) => ` ${name}=${JSON.stringify(shown(value))}`)
      stream.write(`${new Date().toISOString()} ${level.padEnd(5)} ${sentence.replaceAll('\n', ' ')}${rest.join('')}\n`)
    }
  }
  return { error: write('error'), warn: write('warn'), info: write('info'), debug: write('debug') }
}
