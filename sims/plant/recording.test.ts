import { afterAll, beforeAll, expect, test } from 'bun:test'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { frameTexts } from './recording.ts'

const DATA = fileURLToPath(new URL('../../../shared/data/exhausters/', import.meta.url))
const recorded = existsSync(DATA)

let folder: string
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'windbox-recording-'))))
afterAll(() => rm(folder, { recursive: true }))

let files = 0
async function framesOf(content: string | Uint8Array, name = `${++files}.bin`): Promise<(string | Uint8Array)[]> {
  const file = join(folder, name)
  await writeFile(file, content)
  return Array.fromAsync(frameTexts(file))
}

const FRAMES = [
  '{"moment":"2022-12-30T05:59:25.16886","SM_Exgauster\\\\[0:63]":75.0,"SM_Exgauster\\\\[0:0]":1.50}',
  '{"moment": "2022-12-30T06:00:25.16886", "SM_Exgauster\\\\[0:63]": 75, "note": "a \\"] , [{ \\\\"}',
  '{"moment":"2022-12-30T06:01:25.16886","SM_Exgauster\\\\[0:63]":7.5e1}',
]
const exported = (frame: string, offset: number) =>
  `{"Timestamp": "2022-12-30T06:00:00.592+00:00", "Key": null, "Headers": {"a": [1, {"Message": 0}]}, "Offset": ${offset},\n "Message": ${frame}}`

test('lines are frames, each with every digit as it was recorded', async () => {
  expect(await framesOf(FRAMES.join('\n'))).toEqual(FRAMES)
  expect(await framesOf(`${FRAMES.join('\r\n')}\r\n`)).toEqual(FRAMES)
})

test('what a file is, its content says and not its name', async () => {
  expect(await framesOf(gzipSync(FRAMES.join('\n')), 'frames.json')).toEqual(FRAMES)
  expect(await framesOf(FRAMES.join('\n'), 'frames.gz')).toEqual(FRAMES)
  expect(await framesOf(`\n [${FRAMES.join(',')}]`, 'frames.jsonl')).toEqual(FRAMES)
})

test('gzip members one after the other are one recording', async () => {
  const members = FRAMES.map((frame) => gzipSync(`${frame}\n`))
  expect(await framesOf(Buffer.concat(members))).toEqual(FRAMES)
})

test('an array of frames is cut, not parsed', async () => {
  expect(await framesOf(`[\n  ${FRAMES.join(',\n  ')}\n]\n`)).toEqual(FRAMES)
  expect(await framesOf(gzipSync(`[${FRAMES.join(',')}]`))).toEqual(FRAMES)
  expect(await framesOf('[]')).toEqual([])
})

test('the messages of an export are frames, in an array and by line', async () => {
  const objects = FRAMES.map(exported)
  expect(await framesOf(`[\n${objects.join(',\n')}\n]`)).toEqual(FRAMES)
  expect(await framesOf(objects.map((object) => object.replace('\n', '')).join('\n'))).toEqual(FRAMES)
})

test('a message that was exported as text is the frame in it', async () => {
  const objects = FRAMES.map((frame, i) => exported(JSON.stringify(frame), i))
  expect(await framesOf(`[${objects.join(',')}]`)).toEqual(FRAMES)
})

test('a frame that only speaks of a Message is itself the frame', async () => {
  const frames = ['{"moment":"2022-12-30T05:59:25","a":{"Message":1}}', '{"moment":"x","b":"\\"Message\\":1"}']
  expect(await framesOf(frames.join('\n'))).toEqual(frames)
})

test('broken lines are handed on as they are, blank ones are nothing', async () => {
  const bad = ['{"moment":"2022-12-30T05:59', 'not json', '{"Message":', '{}', 'null']
  expect(await framesOf(['', ...bad, ' ', ''].join('\n'))).toEqual(bad)
  const [bytes] = await framesOf(Uint8Array.of(0x7b, 0xff, 0xfe, 0x0a))
  expect(bytes).toEqual(Uint8Array.of(0x7b, 0xff, 0xfe))
})

test.each(['[]', '[1]', '[1,2]', '[ERROR] the broker is away', ' [{"moment":"x"}] '])(
  'a first line %p makes no array of the lines behind it',
  async (line) => {
    expect(await framesOf([line, '', ...FRAMES].join('\n'))).toEqual([line, ...FRAMES])
    expect(await framesOf(gzipSync([line, ...FRAMES, '[]'].join('\r\n')))).toEqual([line, ...FRAMES, '[]'])
  },
)

test('an array on one line is one, also with a blank line behind it and over many pieces', async () => {
  const frames = Array.from({ length: 40 }, (_, i) => `{"moment":"m${i}","text":"${']}'.repeat(9000 + i)}"}`)
  expect(await framesOf(`[${frames.join(',')}]\n\n`)).toEqual(frames)
  expect(await framesOf(`[${frames[0]},\n${frames.slice(1).join(',\n')}]\n`)).toEqual(frames)
})

test('an array that breaks off hands on the piece that is left', async () => {
  expect(await framesOf(`[${FRAMES[0]},${FRAMES[1]!.slice(0, 39)}`)).toEqual([FRAMES[0]!, FRAMES[1]!.slice(0, 39)])
})

test('the mark before UTF-8 is no part of the first frame', async () => {
  const mark = String.fromCodePoint(0xfeff)
  expect(await framesOf(mark + FRAMES.join('\n'))).toEqual(FRAMES)
  expect(await framesOf(`${mark}[${FRAMES.join(',')}]`)).toEqual(FRAMES)
})

test('an empty file has no frames', async () => {
  for (const content of ['', '\n\n', ' \r\n']) expect(await framesOf(content)).toEqual([])
})

test('frames and signs that go over the pieces in which a file is read are whole', async () => {
  const frames = Array.from({ length: 40 }, (_, i) => `{"moment":"m${i}","text":"${'ё'.repeat(9000 + i)}"}`)
  expect(await framesOf(frames.join('\n'))).toEqual(frames)
  expect(await framesOf(`[${frames.join(',')}]`)).toEqual(frames)
  expect(await framesOf(gzipSync(frames.join('\n')))).toEqual(frames)
})

test('a file that is not there, is broken or has no frames is named in a sentence', async () => {
  const read = (name: string) => Array.fromAsync(frameTexts(join(folder, name)))
  await expect(read('nowhere.jsonl')).rejects.toThrow(/^replay: .*nowhere\.jsonl cannot be read: ENOENT/)
  const whole = gzipSync(FRAMES.join('\n').repeat(100))
  await writeFile(join(folder, 'cut.gz'), whole.subarray(0, whole.length / 2))
  await expect(read('cut.gz')).rejects.toThrow(/^replay: .*cut\.gz cannot be read: unexpected end of file/)
  await writeFile(join(folder, 'endless.bin'), Buffer.alloc(17 * 1024 * 1024, 'x'))
  await expect(read('endless.bin')).rejects.toThrow(/endless\.bin is no recording: a frame of more than 16777216 bytes/)
})

test('a reader that stops early leaves nothing open', async () => {
  const file = join(folder, 'early.gz')
  await writeFile(file, gzipSync(FRAMES.join('\n').repeat(5000)))
  for (let i = 0; i < 50; i++) for await (const _ of frameTexts(file)) break
  expect(await Array.fromAsync(frameTexts(file))).toHaveLength(2 * 5000 + 1)
})

test.skipIf(!recorded)('the real stream has 534 frames and the real export three', async () => {
  const frames = await Array.fromAsync(frameTexts(`${DATA}stream.jsonl.gz`))
  expect(frames).toHaveLength(534)
  for (const frame of frames) expect(Object.keys(JSON.parse(String(frame))).length).toBeWithin(712, 767)
  const messages = await Array.fromAsync(frameTexts(`${DATA}kafka-export-example.json`))
  expect(messages.map((message) => JSON.parse(String(message)).moment)).toEqual([
    '2022-12-30T05:59:25.16886',
    '2022-12-30T06:00:25.16886',
    '2022-12-30T06:01:25.16886',
  ])
  expect(JSON.parse(String(messages[0]))).toEqual(JSON.parse(String(frames[0])))
})
