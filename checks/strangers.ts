import { place, type Tree } from './tree.ts'

/** Things of one machine or one person, which have no place in a published tree. */
const STRANGERS: readonly [name: string, pattern: RegExp, harmless?: RegExp][] = [
  ['path of a machine', /(?<![\w.$}])\/(?:home|Users|root|work|tmp|mnt|private)\/[\w.-]+/g],
  ['path of a machine', /\b[A-Za-z]:\\\\?(?:Users|Documents)\b/g],
  // example.*, the top-level names of RFC 2606 and a@b.c belong to nobody; a package's version looks like an address.
  [
    'e-mail address',
    /[\w.+-]+@[\w-]+(?:\.[\w-]+)+/g,
    /^\w@\w\.\w$|@(?:[\w-]+\.)*(?:example\.(?:com|org|net)|[\w-]+\.(?:example|test|invalid|localhost)|\d+(?:\.\d+)*[\w.-]*|npm|latest)$/i,
  ],
  ['private key', /-----BEGIN [A-Z ]*PRIVATE KEY-----/g],
  [
    'token',
    /\b(?:gh[pousr]_\w{20,}|github_pat_\w{20,}|glpat-[\w-]{16,}|xox[abprs]-[\w-]{10,}|sk-[\w-]{20,}|npm_\w{30,})/g,
  ],
  ['key of a cloud', /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b|\bAIza[\w-]{30,}/g],
  ['token', /\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}/g],
  ['device key', /\bwbk_[\w-]{32,}/g],
  [
    'password in an address',
    /\b\w+:\/\/[\w.-]+:(?!\$|\{|<|\*)[^\s@/'"`$]+@/g,
    /:\/\/(?:user|admin|root|name):(?:password|secret|pass)@$/,
  ],
]

/** Where such a thing stands. */
export function strangers(tree: Tree): string[] {
  const found: string[] = []
  for (const [path, text] of tree) {
    for (const [name, pattern, harmless] of STRANGERS) {
      for (const { 0: match, index } of text.matchAll(pattern)) {
        if (!harmless?.test(match)) found.push(`${place(path, text, index)} ${name}: ${match.slice(0, 24)}`)
      }
    }
  }
  return found
}
