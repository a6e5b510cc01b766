/** Runbooks whose steps are taken back, and a target that is well after its first effect. */
import type { ScriptedTarget } from '../../rehearsal/scripted-targets.ts'

interface Told {
  /** More keys of the first step. */
  more?: string
  undo?: string
  steps?: readonly string[]
  hold?: string
}

const proof = `until: 'value.latency_ms < 100.0', for: 10s, within: 20s, every: 10s`

/** Stops what can wait; the step is named stop-worker. */
export function stopping({
  more = 'temporary: true',
  undo = '',
  steps = [],
  hold = '1m',
}: Told = {}): string {
  const first = temporaryStep('stop-worker', more, undo)
  return `
triage:
  checks: { health: { uses: service.health, target: api } }
  severity: [ { is: SEV2 } ]
mitigate:${[first, ...steps].join('')}
verify: { checks: [health], until: 'checks.health.latency_ms < 100.0', for: 10s, within: 20s, every: 10s }
hold: ${hold}
escalate:
  - { after: 0m, page: [on-call] }
  - { after: 40m, unless: resolved, page: [senior] }
`
}

export function temporaryStep(id: string, more = 'temporary: true', undo = ''): string {
  return `
  - { id: ${id}, uses: service.stop, target: api,${more === '' ? '' : ` ${more},`}
      verify: { check: health, ${proof} }, undo: { uses: service.start${undo} } }`
}

export const provedUndo = `, verify: { check: health, ${proof} }`

/** Ill until its \`from\`th effect, and again from its \`until\`th on. */
export function wellFrom(from: number, until = Infinity): ScriptedTarget {
  return {
    measure: ({ effects }) => ({
      status: 'up',
      latency_ms: effects >= from && effects < until ? 20 : 900,
    }),
  }
}
