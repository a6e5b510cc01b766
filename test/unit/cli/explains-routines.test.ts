/** Goal: a routine is told as what it is, a list that is taken at its times, and never as a ladder that an alert begins. */
import { expect, it } from 'vitest'
import { compareRunbooks } from '../../../cli/compare/runbooks.ts'
import { chaptersOf } from '../../../cli/explain/chapters.ts'
import { flowchartOf } from '../../../cli/explain/flowchart.ts'
import { tellChapters } from '../../../cli/explain/tell.ts'
import { createPaint } from '../../../cli/terminal/paint.ts'
import type { Runbook } from '../../../contracts/runbook.ts'
import { parseRunbook } from '../../../language/parse-runbook.ts'

const head = `apiVersion: paramedic/v1
kind: Runbook
metadata: { name: weekly, title: Weekly clean-up, owner: platform }
targets: { db: postgres }
schedule: { cron: '0 2 * * mon', zone: Europe/Berlin, window: 2h, system: shop, environment: production }
triage:
  checks: { pool: { uses: postgres.connections, target: db } }
  severity: [ { is: SEV4 } ]
`
const inputs =
  'inputs: { idle_limit: { type: duration, default: 10m, min: 1m, max: 1h, describe: How long a session may be idle } }\n'
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
  const parsed = parseRunbook(
    `${head}${steps === cleanUp ? inputs : ''}mitigate:${steps}${foot}`,
    'weekly.yaml',
  )
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

const task = `
  - { id: read-the-logs, manual: Read the logs of the week., expires: 2h }
  - { id: rotate-the-keys, manual: Rotate the keys., on_expiry: next, on_failure: next }`

it('a checklist: who is asked, from when people are called, and that it stops at what was not done', () => {
  const told = explained(task)
  for (const said of [
    'Nobody is called before read-the-logs, which asks for a person; then the escalation begins, also when all goes well.',
    '1. read-the-logs: a person does this and ticks it',
    'after 2 hours, the next level of the escalation is called at once and no further step is taken',
    'or it did not help: no further step is taken, and it stays with people',
    'after 30 minutes, the next step is taken',
    'or it did not help: people are called if nobody was before, and the next step is taken',
  ])
    expect(told).toContain(said)
  expect(told).not.toContain('Nobody is called while it goes well.')
})

it('one that changes things by itself: nobody is called while it goes well, and a failed step ends it', () => {
  const told = explained(cleanUp)
  expect(told).toContain('Nobody is called while it goes well.')
  expect(told).toContain('when it fails too, no further step is taken, and it stays with people')
  expect(told).not.toContain('next step is tried')
  expect(told).toContain('Times count from the first thing that needs people.')
  expect(told).not.toContain('Times count from the opening')
})

it('drawn: what people do is a parallelogram that leads to them', () => {
  const parsed = parseRunbook(`${head}mitigate:${task}${foot}`, 'weekly.yaml')
  if ('faults' in parsed) throw new Error('it is sound')
  const lines = flowchartOf(parsed.runbook).split('\n')
  expect(lines).toContainEqual(
    expect.stringMatching(/step0\[\/"read-the-logs.*Read the logs of the week\."\/\]/),
  )
  expect(lines.at(-1)).toBe('  people -.-> level0')
  expect(lines).toContainEqual(expect.stringMatching(/step0 -\.->\|"it asks"\| people/))
})

it('compared: what follows a step is told as of a list', () => {
  const read = (steps: string): Runbook => {
    const parsed = parseRunbook(`${head}mitigate:${steps}${foot}`, 'weekly.yaml')
    if ('faults' in parsed) throw new Error('it is sound')
    return parsed.runbook
  }
  const changed = task.replace('expires: 2h', 'expires: 2h, on_expiry: stop, on_failure: escalate')
  expect(compareRunbooks(read(task), read(changed)).map(({ text }) => text)).toEqual([
    'read-the-logs: when nobody answers, no further step is taken, and it stays with people; before, the next level of the escalation is called at once and no further step is taken',
    'read-the-logs: after its last try, the next level of the escalation is called at once and the next step is taken instead of no further step is taken, and it stays with people',
  ])
})

it('measured again: people are called when it has become worse', () => {
  const again = `${head}`.replace(
    'severity: [ {',
    'recheck: 1m\n  severity: [ { is: SEV2, when: checks.pool.used_ratio > 0.9 }, {',
  )
  const parsed = parseRunbook(`${again}mitigate:${task}${foot}`, 'weekly.yaml')
  if ('faults' in parsed) throw new Error(JSON.stringify(parsed.faults))
  const told = tellChapters(chaptersOf(parsed.runbook), { paint: createPaint(false), width: 400 }).join('\n')
  expect(told).toContain('never fall by it. People are called then.')
})
