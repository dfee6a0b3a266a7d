import { Elysia } from 'elysia'
import { Type } from '@sinclair/typebox'
import { Fault } from '../actors/runtime/index.ts'
import type { Audit } from './auth/audit.ts'
import { describe } from './docs/describe.ts'
import { access } from './edge/access.ts'
import { NoQuery } from './schema.ts'

/** Makes a backup. Fault CONFLICT while another is being made. */
export type BackUp = () => Promise<{
  readonly folder: string
  readonly made_at: string
  readonly ends: readonly number[]
  readonly files: Readonly<Record<string, { readonly bytes: number }>>
}>

const BackupView = Type.Object({
  folder: Type.String({ description: 'Where it lies on the server' }),
  made_at: Type.String({ description: 'All that was there at this moment is in it' }),
  bytes: Type.Integer(),
  positions: Type.Array(Type.String(), { description: '`<partition>-<offset>` of the last record of each partition' }),
})

/** `/api/v1/backups`: copies of the data of the running server. */
export function backupRoutes({ backUp, audit }: { backUp: BackUp | undefined; audit: Audit }) {
  return new Elysia({ name: 'backups' }).use(access).post(
    '/api/v1/backups',
    async ({ identity, request, server, set }) => {
      if (backUp === undefined) throw new Fault('BACKUP_UNAVAILABLE', 'This server has no data directory of its own.')
      // A large store takes longer than an idle connection may live.
      server?.timeout(request, 0)
      const { folder, made_at, ends, files } = await backUp()
      await audit.add(audit.by({ identity, request, server }), 'backup.made', `backup/${made_at}`, { folder })
      set.status = 201
      return {
        folder,
        made_at,
        bytes: Object.values(files).reduce((sum, { bytes }) => sum + bytes, 0),
        positions: ends.flatMap((end, partition) => (end > 0 ? [`${partition}-${end - 1}`] : [])),
      }
    },
    {
      access: 'admin',
      parse: 'none',
      query: NoQuery,
      detail: describe({
        tag: 'inspect',
        summary: 'Back up the running server',
        description:
          'Copies store and log as they were at one moment into a new folder of `WINDBOX_BACKUP_DIR`, reads every page of the copies, and ' +
          'answers when that is done. `windbox restore` puts them back.',
        answers: { 201: { description: 'The backup is made and verified', schema: BackupView } },
        faults: ['CONFLICT', 'BACKUP_UNAVAILABLE', 'STORE_UNAVAILABLE', 'LOG_UNAVAILABLE'],
      }),
    },
  )
}
