import { parseArgs } from 'node:util'
import { ConfigError } from './config-error.ts'
import { ROLES, type Role } from './http/auth/roles.ts'

/** What the command line asked for. */
export type Command =
  | { readonly name: 'start' | 'login-link' | 'keys rotate' | 'check' | 'help' }
  | { readonly name: 'backup'; readonly to: string | undefined }
  | { readonly name: 'restore'; readonly from: string }
  | { readonly name: 'users add'; readonly email: string; readonly role: Role }

/** What `--help` says of the commands. */
export const COMMANDS = `Usage: npm start -- [command] [flags]

  start                        start the server; what is done without a command
  login-link                   print a link that lets an admin in, also beside a running server
  users add EMAIL --role R     make an account (viewer, operator, engineer, admin); the password is asked for, or read from the
                               standard input; without one a link is printed
  keys rotate                  sign tokens with a new key; those of the old one stay good until they end
  backup [--to DIR]            copy the data into a new folder, also of a running server
  restore DIR                  put a backup into an empty data directory
  check                        look at settings, versions and every page of the data; ends with 1 when something is wrong

  --port 8080                  the same as WINDBOX_PORT
  --replay frames.jsonl.gz     take recorded frames
  --speed 60                   times real time, or max
`

/** Flags that stand for a setting. */
const AS_SETTINGS = { port: 'WINDBOX_PORT', speed: 'WINDBOX_PLANT_SPEED', replay: 'WINDBOX_PLANT_FILE' } as const
/** Flags that belong to one command. */
const OF_COMMANDS = { to: 'backup', role: 'users add' } as const

/** The command, and the settings that flags have set. Throws {@link ConfigError}. */
export function readCommandLine(argv: readonly string[]): { command: Command; settings: Record<string, string> } {
  const { values, positionals } = readArguments(argv)
  const settings: Record<string, string> = {}
  for (const [flag, name] of Object.entries(AS_SETTINGS)) {
    const value = values[flag as keyof typeof AS_SETTINGS]
    if (value !== undefined) settings[name] = value
  }
  if (values.replay !== undefined) settings.WINDBOX_PLANT = 'replay'
  if (values.help) return { command: { name: 'help' }, settings }
  const command = readCommand(positionals, values)
  for (const [flag, owner] of Object.entries(OF_COMMANDS)) {
    if (values[flag as keyof typeof OF_COMMANDS] !== undefined && owner !== command.name) {
      throw new ConfigError(`--${flag} belongs to ${owner}`)
    }
  }
  return { command, settings }
}

function readCommand(words: readonly string[], values: { to?: string; role?: string }): Command {
  const [first = 'start', ...rest] = words
  const none = () => {
    if (rest.length > 0) throw new ConfigError(`${first} takes no "${rest.join(' ')}"`)
  }
  switch (first) {
    case 'start':
    case 'login-link':
    case 'check':
    case 'help':
      none()
      return { name: first }
    case 'backup':
      none()
      return { name: 'backup', to: values.to }
    case 'restore': {
      const [from, ...more] = rest
      if (from === undefined || more.length > 0) throw new ConfigError('restore takes the folder of one backup')
      return { name: 'restore', from }
    }
    case 'keys':
      if (rest.join(' ') !== 'rotate') throw new ConfigError('of keys there is one command: keys rotate')
      return { name: 'keys rotate' }
    case 'users': {
      const [verb, email, ...more] = rest
      const role = ROLES.find((one) => one === values.role)
      if (values.role !== undefined && role === undefined) {
        throw new ConfigError(`--role ${values.role}: there are ${ROLES.join(', ')}`)
      }
      if (verb !== 'add' || email === undefined || more.length > 0 || role === undefined) {
        throw new ConfigError(`of users there is one command: users add EMAIL --role ${ROLES.join('|')}`)
      }
      return { name: 'users add', email, role }
    }
    default: {
      const known = 'start, login-link, users add, keys rotate, backup, restore and check'
      throw new ConfigError(`"${words.join(' ')}" is not a command: there are ${known}`)
    }
  }
}

function readArguments(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        replay: { type: 'string' },
        speed: { type: 'string' },
        port: { type: 'string' },
        to: { type: 'string' },
        role: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    })
  } catch (error) {
    // The first sentence says what is wrong; what follows it is of a command line that has no names of commands.
    throw new ConfigError(`${(error as Error).message.split('. ')[0]}; --help lists what there is`)
  }
}
