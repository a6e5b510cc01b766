/** Somebody with the role auditor and the real program, on a real api over the given database. */
import { onTestFinished } from 'vitest'
import { pino } from 'pino'
import { createApp } from '../../api/app.ts'
import type { Pool } from '../../store/database.ts'
import { type Finished, runParamedic } from '../cli/support/run-paramedic.ts'
import { testConfiguration, tokenOf } from './api-under-test.ts'

export interface Auditor {
  /** Runs `paramedic` with these words. */
  paramedic(...words: string[]): Promise<Finished>
  env: Record<string, string>
}

/** The api listens until the test (or file, in a hook) has finished. */
export async function startAuditor(pool: Pool, whenDone = onTestFinished): Promise<Auditor> {
  const app = createApp({
    pool,
    configuration: testConfiguration,
    clock: Date.now,
    log: pino({ level: 'silent' }),
    version: '0.0.0-test',
  })
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  whenDone(() => app.close())
  const env = { PARAMEDIC_API_URL: url, PARAMEDIC_TOKEN: tokenOf('auditor'), TZ: 'UTC' }
  return { env, paramedic: (...words) => runParamedic(words, { env }) }
}
