import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { examine } from '../actors/backup/files.ts'
import { FILES } from '../actors/backup/manifest.ts'
import { verify } from '../actors/backup/verify.ts'
import { Fault } from '../actors/runtime/index.ts'
import { inCluster, type Config } from '../config.ts'
import { halfRestored } from '../data-dir.ts'

/** One thing that was looked at. */
export interface Finding {
  readonly good: boolean
  readonly sentence: string
}

/**
 * Looks at everything that a start needs, and at each page of the data, which a start does not; changes nothing, and may run beside a
 * server. The settings are good already when this is called.
 */
export async function check(config: Config): Promise<Finding[]> {
  const dir = config.WINDBOX_DATA_DIR
  const findings: Finding[] = [{ good: true, sentence: 'the settings are valid' }]
  if (inCluster(config)) {
    const { checkCluster } = await import('../editions/check-cluster.ts')
    return [...findings, ...(await checkCluster(config))]
  }
  const half = halfRestored(dir)
  if (half !== undefined) return [...findings, { good: false, sentence: half }]
  const there = FILES.filter((name) => existsSync(join(dir, name)))
  if (there.length === 0) return [...findings, { good: true, sentence: `${dir} holds no data yet: a start makes it` }]
  for (const name of FILES) findings.push(look(() => about(dir, name)))
  if (findings.every(({ good }) => good)) {
    findings.push(
      look(() => {
        const records = verify(dir).reduce((sum, end) => sum + end, 0)
        return `store and log belong together, ${records} records so far`
      }),
    )
  }
  return findings
}

function about(dir: string, name: (typeof FILES)[number]): string {
  const { version, newest, bytes } = examine(join(dir, name), name)
  const next = version === newest ? '' : `, the next start brings it to ${newest}`
  return `${name} is whole, version ${version}${next}, ${(bytes / 1e6).toFixed(1)} MB`
}

function look(at: () => string): Finding {
  try {
    return { good: true, sentence: at() }
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    return { good: false, sentence: error.message }
  }
}
