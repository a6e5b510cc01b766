/** Goal: a routine is told as what it is, a list that is taken at its times, and never as a ladder that an alert begins. */
import { expect, it } from 'vitest'
import { chaptersOf } from '../../../cli/explain/chapters.ts'
import { tellChapters } from '../../../cli/explain/tell.ts'
import { createPaint } from '../../../cli/terminal/paint.ts'
import { parseRunbook } from '../../../language/parse-runbook.ts'

const head = `apiVersion: paramedic/v1
kind: Runbook
metadata: { name: weekly, title: Weekly clean-up, owner: platform }
targets: { db: postgres }
schedule: { cron: '0 2 * * mon', zone: Europe/Berlin, window: 2h, system: shop, environment: production }
inputs: { idle_limit: { type: duration, default: 10m, min: 1m, max: 1h, describe: How long a session may be idle } }
triage:
  checks: { pool: { uses: postgres.connections, target: db } }
  severity: [ { is: SEV4 } ]
`
const cleanUp = `
  - id: end-idle
    uses: postgres.terminate_idle
    target: db
    with: { idle_longer_than: { input: idle_limit }, at_most: 200 }
    verify: { check: pool, until: value.used_ratio < 0.7, settle: 5s, for: 30s, within: 3m }
    undo: { none: sessions reconnect }`
const foot = `
escalate: [ { after: 0m, page: [on-call] } ]
`

function explained(steps: string): string {
  const parsed = parseRunbook(`${head}mitigate:${steps}${foot}`, 'weekly.yaml')
  if ('faults' in parsed) throw new Error(JSON.stringify(parsed.faults, null, 2))
  return tellChapters(chaptersOf(parsed.runbook), { paint: createPaint(false), width: 100 })
    .join(' ')
    .replace(/\s+/g, ' ')
}

it('what it is given is the same in every run', () => {
  const told = explained(cleanUp)
  expect(told).toContain('The same in every run, unless a person who starts one says another value')
  expect(told).toContain('How long a session may be idle: duration, 1 minute to 1 hour; 10 minutes')
  expect(told).not.toContain('alert')
})
