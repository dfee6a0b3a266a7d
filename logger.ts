const LEVELS = ['error', 'warn', 'info', 'debug'] as const
type Level = (typeof LEVELS)[number]

/** Lines for the operator's terminal or journal: time, level, sentence. Never a secret, a token or a body. */
export interface Logger {
  (level: Level, sentence: string): void
}

/** Writes what is at least as grave as `level`: errors and warnings to standard error, the rest to standard output. */
export function createLogger(level: Level): Logger {
  const most = LEVELS.indexOf(level)
  return (grade, sentence) => {
    if (LEVELS.indexOf(grade) > most) return
    const line = `${new Date().toISOString()} ${grade.padEnd(5)} ${sentence.replaceAll('\n', ' ')}\n`
    if (grade === 'error' || grade === 'warn') process.stderr.write(line)
    else process.stdout.write(line)
  }
}
