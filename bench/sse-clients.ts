// So many readers of one stream: `bun sse-clients.ts URL COUNT` prints `open` when all are connected, and then how many events have come
// to all of them together, whenever that has changed. A line that begins with `:` is a comment and no event.
export {}

const [url, count] = process.argv.slice(2)
let open = 0
let events = 0
let said = 0

await Promise.all(
  Array.from({ length: Number(count) }, async () => {
    const answer = await fetch(url!)
    if (++open === Number(count)) {
      console.log('open')
      setInterval(() => {
        if (events !== said) console.log((said = events))
      }, 5)
    }
    for await (const chunk of answer.body!.pipeThrough(new TextDecoderStream()))
      events += chunk.split('\ndata: ').length - 1
    throw new Error(`${url} has ended`)
  }),
)
