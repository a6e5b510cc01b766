/** Supervision on a database and a namespace of the test's own, with a clock of the test's own. Its messages are kept. */
import { randomBytes } from 'node:crypto'
import { Client, Connection } from '@temporalio/client'
import { inject, onTestFinished } from 'vitest'
import { limits } from '../../contracts/limits.ts'
import type { FindingKind } from '../../contracts/supervision.ts'
import { registerNamespace } from '../../embedded/temporal-namespace.ts'
import type { Pool } from '../../store/database.ts'
import { confirmedFindings } from '../../store/supervision-findings.ts'
import type { SupervisionMessage } from '../../supervision/fallback.ts'
import { createSupervision, type Supervision, type SupervisionOptions } from '../../supervision/supervise.ts'
import { createTemporalWatch } from '../../supervision/temporal-watch.ts'
import { freshDatabase } from './fresh-database.ts'

export interface Supervised {
  pool: Pool
  client: Client
  temporalAddress: string
  namespace: string
  /** What the fallback took, in order. */
  told: SupervisionMessage[]
  supervision: Supervision
  options: SupervisionOptions
  /** The time of the last look. */
  nowMs(): number
  /** One look, the interval later than the last. */
  look(times?: number): Promise<void>
  /** Subjects of what people see, of this kind. */
  found(kind: FindingKind): Promise<string[]>
}

export async function startSupervised(
  given: { pool?: Pool; namespace?: string; sites?: string[] } = {},
): Promise<Supervised> {
  const temporalAddress = inject('temporalAddress')
  const namespace = given.namespace ?? `supervised-${randomBytes(6).toString('hex')}`
  if (given.namespace === undefined) await registerNamespace(temporalAddress, namespace)
  const pool = given.pool ?? (await ownDatabase())
  const connection = await Connection.connect({ address: temporalAddress })
  const watch = createTemporalWatch({ address: temporalAddress, namespace }, given.sites)
  onTestFinished(async () => void (await Promise.all([connection.close(), watch.close()])))
  const told: SupervisionMessage[] = []
  const options: SupervisionOptions = {
    pool,
    temporal: watch,
    fallback: { send: async message => (told.push(message), 'kept') },
    holder: 'the test',
    log: { info() {}, error: (fields, message) => console.error(message, fields) },
  }
  const supervision = createSupervision(options)
  let nowMs = Date.now()
  return {
    pool,
    client: new Client({ connection, namespace }),
    temporalAddress,
    namespace,
    told,
    supervision,
    options,
    nowMs: () => nowMs,
    async look(times = 1) {
      for (let time = 0; time < times; time += 1) {
        nowMs += limits.supervisionEveryMs
        await supervision.look(nowMs)
      }
    },
    async found(kind) {
      const confirmed = await confirmedFindings(pool, 1_000)
      return confirmed.filter(finding => finding.kind === kind).map(({ subject }) => subject)
    },
  }
}

async function ownDatabase(): Promise<Pool> {
  const database = await freshDatabase(inject('postgresUrl'))
  onTestFinished(() => database.drop())
  return database.pool
}
