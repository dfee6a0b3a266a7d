import { dirname, join } from 'node:path/posix'
import { place, type Tree } from './tree.ts'

/** Links of the documents that lead nowhere in the tree, headings that are not there, and scripts that package.json does not have. */
export function brokenDocuments(tree: Tree): string[] {
  const { scripts } = JSON.parse(tree.get('package.json')!) as { scripts: Record<string, string> }
  const folders = new Set(
    [...tree.keys()].flatMap((path) =>
      path
        .split('/')
        .slice(0, -1)
        .map((_, i, parts) => parts.slice(0, i + 1).join('/')),
    ),
  )
  const broken: string[] = []
  for (const [path, text] of tree) {
    if (!path.endsWith('.md')) continue
    const prose = text.replace(/^```[\s\S]*?^```/gm, (block) => block.replace(/[^\n]/g, ' '))
    for (const { 1: link, index } of prose.matchAll(/\]\(\s*<?([^)\s>]+)>?(?:\s+"[^"]*")?\)/g)) {
      if (/^[a-z][a-z+.-]*:/i.test(link!)) continue
      const [file, heading] = decodeURI(link!).split('#')
      const target = file ? join(dirname(path), file).replace(/\/$/, '') : path
      const document = tree.get(target)
      if (document === undefined && !folders.has(target) && target !== '.')
        broken.push(`${place(path, text, index)} leads to ${link}`)
      else if (heading && document !== undefined && !headings(document).has(heading))
        broken.push(`${place(path, text, index)} no heading ${link}`)
    }
    for (const { 1: name, index } of text.matchAll(/\b(?:npm|bun) run (?!test-)([a-z][\w:-]*)(?![\w./])/g)) {
      if (!(name! in scripts)) broken.push(`${place(path, text, index)} there is no script ${name}`)
    }
  }
  return broken
}

/** As the forges make anchors of headings: lower case, no punctuation, blanks to dashes. */
const headings = (document: string) =>
  new Set(
    [...document.matchAll(/^#{1,6}\s+(.+)$/gm)].map(({ 1: title }) =>
      title!
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\s_-]/gu, '')
        .trim()
        .replace(/\s/g, '-'),
    ),
  )
