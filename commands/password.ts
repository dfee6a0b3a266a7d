import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import { ConfigError } from '../config-error.ts'

/**
 * A new password: asked for twice on a terminal, which does not show it, else the first line of the standard input. Null: none was
 * given. Throws {@link ConfigError} when the two differ.
 */
export async function askPassword(email: string): Promise<string | null> {
  const { stdin, stderr } = process
  if (!stdin.isTTY) {
    const [first = ''] = (await Bun.stdin.text()).split('\n')
    return first.replace(/\r$/, '') || null
  }
  const silent = new Writable({ write: (_piece, _encoding, done) => done() })
  const lines = createInterface({ input: stdin, output: silent, terminal: true })
  const ask = async (question: string) => {
    stderr.write(question)
    const answer = await lines.question('').catch(() => {
      throw new ConfigError('stopped')
    })
    stderr.write('\n')
    return answer
  }
  try {
    const password = await ask(`Password of ${email} (empty: a link to set it): `)
    if (password === '') return null
    if ((await ask('The same again: ')) !== password) throw new ConfigError('the two passwords differ')
    return password
  } finally {
    lines.close()
  }
}
