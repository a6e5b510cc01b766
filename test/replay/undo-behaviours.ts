/** Those of steps that are taken back whose histories are kept; see behaviours.ts. */
import { CodedError } from '../../contracts/coded-error.ts'
import { requestResolve } from '../../store/acts.ts'
import { answerGate, listGates } from '../../store/gates.ts'
import { eventually, type Harness } from '../support/incident-harness.ts'
import { wellOnceStopped } from './scripted-illness.ts'

interface Opened {
  number: string
  name: string
}

/** Stops what can wait, for the time of the incident. */
const stopping = (hold: string): string => `
triage:
  checks: { health: { uses: service.health, target: api } }
  severity: [ { is: SEV2 } ]
mitigate:
  - { id: stop-worker, uses: service.stop, target: api, temporary: true,
      verify: { check: health, until: 'value.latency_ms < 100.0', settle: 0s, for: 300ms, within: 2s, every: 250ms }, undo: { uses: service.start } }
verify: { checks: [health], until: 'checks.health.latency_ms < 100.0', for: 300ms, within: 2s, every: 250ms }
hold: ${hold}
escalate: [ { after: 0s, page: [on-call] } ]
`

const stillInPlace = {
  runbook: stopping('500ms'),
  target: {
    ...wellOnceStopped,
    apply: ({ effects }: { effects: number }) =>
      effects === 0
        ? Promise.resolve({ touched: 1, unit: 'process', evidence: {} })
        : Promise.reject(new CodedError('target_rejected', 'it does not start')),
  },
  async happens(harness: Harness, opened: Opened): Promise<void> {
    await harness.report(opened.name, 'resolved')
    const open = await eventually(
      async () => (await listGates(harness.pool, { incident: opened.number, open: true }))[0],
    )
    await answerGate(harness.pool, {
      kind: 'outcome',
      gateId: open.id,
      by: 'ana',
      answer: 'not-done',
      atMs: Date.now(),
    })
  },
}

export const undoBehaviours = {
  'takes-a-temporary-step-back-after-the-recovery': {
    runbook: stopping('500ms'),
    target: wellOnceStopped,
    happens: (harness: Harness, opened: Opened) => harness.report(opened.name, 'resolved'),
  },
  'takes-a-temporary-step-back-when-a-person-resolves': {
    runbook: stopping('60s'),
    target: wellOnceStopped,
    async happens(harness: Harness, opened: Opened): Promise<void> {
      await eventually(async () => (await harness.tell(opened)).entries('recovery.held').length > 0)
      const act = { number: opened.number, by: 'ana', atMs: Date.now(), reason: 'mended by hand' }
      await requestResolve(harness.pool, act)
    },
  },
  'asks-a-person-about-a-step-that-is-still-in-place': stillInPlace,
  // The same since people are called again until they answer (interpreterVersion 2).
  'asks-again-about-a-step-that-is-still-in-place': stillInPlace,
}
