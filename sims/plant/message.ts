const MEMBER = /"Message"\s*:\s*/

/** The `Message` of an object that a broker's page exported, as it stands there (75.0 stays 75.0); any other text is the frame itself. */
export function frameOf(text: string): string {
  if (!MEMBER.test(text)) return text
  const message = memberOf(text, 'Message')
  if (message === null) return text
  if (!message.startsWith('"')) return message
  try {
    return JSON.parse(message)
  } catch {
    return text
  }
}

/** The text of an outer member's value, or null where the text is no object with it. */
function memberOf(text: string, name: string): string | null {
  const token = /"(?:[^"\\]|\\.)*"|[[\]{}:,]|[^\s"[\]{}:,]+/gy
  const next = () => {
    while (token.lastIndex < text.length && text.charCodeAt(token.lastIndex) <= 32) token.lastIndex++
    return token.exec(text)?.[0]
  }
  if (next() !== '{') return null
  for (let key = next(); key?.startsWith('"'); key = next()) {
    if (next() !== ':') return null
    let depth = 0
    let from = -1
    do {
      const part = next()
      if (part === undefined) return null
      if (from === -1) from = token.lastIndex - part.length
      if (part === '{' || part === '[') depth++
      if (part === '}' || part === ']') depth--
    } while (depth > 0)
    if (key === JSON.stringify(name)) return text.slice(from, token.lastIndex)
    if (next() !== ',') return null
  }
  return null
}
