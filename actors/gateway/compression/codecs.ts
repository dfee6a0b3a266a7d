import { zstdDecompressSync } from 'node:zlib'
import { CompressionCodecs, CompressionTypes } from 'kafkajs'
import { unlz4 } from './lz4.ts'
import { unsnappy } from './snappy.ts'

/**
 * How other systems' producers pack their messages, for kafkajs, which knows gzip alone and stops at the first message that is packed otherwise. They
 * are read only: what is written here is not packed.
 */
export function readAllCompressions(): void {
  CompressionCodecs[CompressionTypes.Snappy] = codec('Snappy', unsnappy)
  CompressionCodecs[CompressionTypes.LZ4] = codec('LZ4', unlz4)
  CompressionCodecs[CompressionTypes.ZSTD] = codec('Zstandard', zstdDecompressSync)
}

const codec = (name: string, unpack: (packed: Buffer) => Buffer) => () => ({
  compress: () => Promise.reject(new Error(`nothing is written with ${name}`)),
  decompress(packed: Buffer): Promise<Buffer> {
    try {
      return Promise.resolve(unpack(packed))
    } catch (error) {
      return Promise.reject(new Error(`a batch of messages cannot be read with ${name}`, { cause: error }))
    }
  },
})
