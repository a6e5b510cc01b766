/** The behaviours whose histories are kept. People act from outside and seconds stand for minutes, on the real clock. */
import { CodedError } from '../../contracts/coded-error.ts'
import { limits } from '../../contracts/limits.ts'
import { acknowledge, requestCancel } from '../../store/acts.ts'
import { setFreeze } from '../../store/freezes.ts'
import { answerGate, listGates, vote } from '../../store/gates.ts'
import { eventually } from '../support/incident-harness.ts'
import { moveTo } from '../support/versions.ts'
import { asks, type Behaviour, by, decide, entry, quiet, resolve, runbook } from './behaviour.ts'
import { routineBehaviours } from './routine-behaviours.ts'
import { becomesWorse, ill, lost, mendedBy, neverMended, well } from './scripted-illness.ts'
import { undoBehaviours } from './undo-behaviours.ts'

const answeringEdgesAreUp = 'checks.edge.filter(one, one.answered).all(one, one.status == "up")'
const task = (id: string, more = 'expires: 1m') => `  - { id: ${id}, manual: Do ${id}., ${more} }`

export const behaviours: Record<string, Behaviour> = {
  'recovers-by-the-first-step': { runbook: runbook(), target: mendedBy(1), happens: quiet },
  'goes-to-the-second-step-when-the-first-does-not-help': {
    runbook: runbook({ steps: 2 }),
    target: mendedBy(2),
    happens: quiet,
  },
  'looks-again-before-a-step-and-tries-it-again': {
    runbook: runbook({
      more: `precheck: { check: pool, when: 'value.used_ratio > 0.9', after: 500ms }, retry: { times: 1, after: 1s },`,
    }),
    target: mendedBy(2),
    happens: quiet,
  },
  'waits-for-a-person-when-the-ladder-is-exhausted': {
    runbook: runbook(),
    target: neverMended,
    async happens(harness, opened) {
      await entry(harness, opened, 'ladder.exhausted')
      await resolve(harness, opened)
    },
  },
  'takes-no-data-for-no-recovery': {
    runbook: runbook(),
    target: { measure: moment => (moment.effects === 0 ? ill : {}) },
    async happens(harness, opened) {
      await entry(harness, opened, 'ladder.exhausted')
      await resolve(harness, opened)
    },
  },
  'runs-an-approved-plan': {
    runbook: runbook({ gate: asks }),
    target: mendedBy(1),
    async happens(harness, opened) {
      await decide(harness, opened, 'approve')
      await quiet(harness, opened)
    },
  },
  'goes-on-after-a-denial': {
    runbook: runbook({ steps: 2, gate: asks }),
    target: mendedBy(1),
    async happens(harness, opened) {
      await decide(harness, opened, 'deny')
      await quiet(harness, opened)
    },
  },
  'pages-and-goes-on-when-nobody-decides': {
    runbook: runbook({ steps: 2, gate: 'quorum: 1, expires: 1s, on_expiry: escalate' }),
    target: mendedBy(1),
    async happens(harness, opened) {
      await entry(harness, opened, 'gate.expired')
      await quiet(harness, opened)
    },
  },
  'withdraws-the-gate-when-the-alert-resolves': {
    runbook: runbook({ gate: asks }),
    target: { measure: () => well },
    async happens(harness, opened) {
      await entry(harness, opened, 'gate.opened')
      await quiet(harness, opened)
    },
  },
  'goes-to-the-next-step-when-the-alert-returns-in-the-hold': {
    runbook: runbook({ steps: 2, hold: '3s' }),
    target: mendedBy(1),
    async happens(harness, opened) {
      await entry(harness, opened, 'recovery.held')
      await quiet(harness, opened)
      await harness.report(opened.name, 'firing')
      await entry(harness, opened, 'recovery.lost')
      await quiet(harness, opened)
    },
  },
  'restarts-the-levels-for-a-new-alert-after-an-acknowledgement': {
    runbook: runbook(),
    target: neverMended,
    async happens(harness, opened) {
      await acknowledge(harness.pool, by(opened))
      await harness.report(opened.name, 'firing', Date.now(), 'second')
      await eventually(async () => (await harness.tell(opened)).pages.length >= 2)
      await resolve(harness, opened)
    },
  },
  'waits-out-a-freeze': {
    runbook: runbook({ gate: asks }),
    target: mendedBy(1),
    async happens(harness, opened) {
      const open = await eventually(
        async () => (await listGates(harness.pool, { incident: opened.number, open: true }))[0],
      )
      await setFreeze(harness.pool, { on: true, by: 'ben', atMs: Date.now() })
      await vote(harness.pool, {
        gateId: open.id,
        by: 'ana',
        verdict: 'approve',
        planHash: open.planHash!,
        atMs: Date.now(),
      })
      await entry(harness, opened, 'freeze.met')
      await setFreeze(harness.pool, { on: false, by: 'ben', atMs: Date.now() })
      await eventually(
        async () =>
          (await listGates(harness.pool, { incident: opened.number, open: true }))[0]?.attempt === 2,
      )
      await decide(harness, opened, 'approve')
      await quiet(harness, opened)
    },
  },
  'asks-a-person-what-became-of-a-lost-effect': {
    runbook: runbook(),
    target: lost,
    async happens(harness, opened) {
      const open = await eventually(
        async () => (await listGates(harness.pool, { incident: opened.number, open: true }))[0],
      )
      await answerGate(harness.pool, {
        kind: 'outcome',
        gateId: open.id,
        by: 'ana',
        answer: 'done',
        atMs: Date.now(),
      })
      await entry(harness, opened, 'ladder.exhausted')
      await resolve(harness, opened)
    },
  },
  'waits-for-what-a-person-does': {
    runbook: runbook().replace(
      'mitigate:\n',
      `mitigate:\n${task('tell-support')}\n${task('raise-pool', 'expires: 1s')}\n`,
    ),
    target: mendedBy(1),
    async happens(harness, opened) {
      const open = await eventually(
        async () => (await listGates(harness.pool, { incident: opened.number, open: true }))[0],
      )
      await answerGate(harness.pool, {
        kind: 'manual',
        gateId: open.id,
        by: 'ana',
        answer: 'done',
        atMs: Date.now(),
      })
      await entry(harness, opened, 'gate.expired')
      await quiet(harness, opened)
    },
  },
  'rises-while-it-is-open': {
    runbook: runbook({ steps: 0 })
      .replace("  impact: 'checks", "  recheck: 5s\n  impact: 'checks")
      .replace(
        '  - { after: 60m',
        `  - { after: 1s, when: 'incident.severity == "SEV1"', page: [lead] }\n  - { after: 60m`,
      )
      .replace(
        '{ after: 3s, unless: acknowledged, page: [on-call, senior] }',
        '{ after: 10m, page: [senior] }',
      )
      .replace(/( {2}- \{ after: 10m.*\n)( {2}- \{ after: 1s.*\n)/, '$2$1'),
    target: becomesWorse(),
    async happens(harness, opened) {
      await entry(harness, opened, 'severity.changed')
      await eventually(async () => (await harness.tell(opened)).entries('page.sent').length === 2)
      await resolve(harness, opened)
    },
  },
  'ends-when-a-person-cancels': {
    runbook: runbook({ gate: asks }),
    target: neverMended,
    async happens(harness, opened) {
      await entry(harness, opened, 'gate.opened')
      await requestCancel(harness.pool, { ...by(opened), reason: 'opened by mistake' })
    },
  },
  'measures-and-mends-at-a-site': {
    runbook: runbook({ gate: asks }),
    target: mendedBy(1),
    site: 'berlin',
    async happens(harness, opened) {
      await decide(harness, opened, 'approve')
      await quiet(harness, opened)
    },
  },
  'goes-on-without-a-site-that-nobody-serves': {
    runbook: runbook({ steps: 0 }),
    target: neverMended,
    site: 'oslo',
    async happens(harness, opened) {
      await eventually(
        async () => (await harness.tell(opened)).entries('ladder.exhausted').length > 0,
        2 * limits.siteTakesWithinMs,
      )
      await resolve(harness, opened)
    },
  },
  'tells-regularly-how-it-stands': {
    runbook: `${runbook({ steps: 0 })}communication:
  - { every: 5m, tell: [support], say: We are working on it. }
  - { every: 5m, when: 'incident.severity == "SEV4"', tell: [nobody-yet] }
`,
    adapt: ({ communication = [], ...rest }) => ({
      ...rest,
      communication: communication.map(rule => ({ ...rule, everyMs: 1_000 })),
    }),
    target: neverMended,
    async happens(harness, opened) {
      await eventually(async () => {
        const { rowCount } = await harness.pool.query(
          `select from news where incident = $1 and event = 'update'`,
          [opened.number],
        )
        return (rowCount ?? 0) >= 2
      })
      await resolve(harness, opened)
    },
  },
  ...undoBehaviours,
  ...routineBehaviours,
  'goes-on-without-one-of-a-group': {
    runbook: runbook({ more: `precheck: { check: edge, when: 'value.exists(one, one.status == "up")' },` })
      .replace('checks: {', 'checks: { edge: { uses: service.health, target: edges },')
      .replace('verify: { checks: [pool]', 'verify: { checks: [pool, edge]')
      .replace("'checks.pool.used_ratio < 0.7'", `'checks.pool.used_ratio < 0.7 && ${answeringEdgesAreUp}'`),
    edges: 3,
    target: {
      measure(moment) {
        if (!moment.target.endsWith('edge-2'))
          return mendedBy(moment.target.endsWith('-db') ? 1 : 0).measure(moment)
        throw new CodedError('target_unavailable', 'The second edge does not answer.')
      },
    },
    async happens(harness, opened) {
      await entry(harness, opened, 'recovery.held')
      await quiet(harness, opened)
    },
  },
  'leaves-out-what-nobody-gave': {
    runbook: `
inputs: { application: { type: string, from: alert.labels.application, max: 9, describe: Whose sessions } }
${runbook({ steps: 2, more: 'precheck: { check: pool, when: value.idle > 5 },' }).replace('at_most: 200 }', 'application: { input: application } }')}`,
    target: mendedBy(1),
    async happens(harness, opened) {
      await entry(harness, opened, 'recovery.held')
      await quiet(harness, opened)
    },
  },
  'plans-and-leaves-alone-what-is-in-observe': {
    runbook: runbook(),
    target: neverMended,
    autonomy: 'observe',
    async happens(harness, opened) {
      await entry(harness, opened, 'ladder.exhausted')
      await resolve(harness, opened)
    },
  },
  'moves-to-another-version-in-the-middle-of-mitigation': {
    runbook: runbook({ gate: asks }),
    target: mendedBy(1),
    async happens(harness, opened) {
      await entry(harness, opened, 'gate.opened')
      const next = runbook({ steps: 2 }).replace('id: first', 'id: other')
      await moveTo(harness, by(opened), next)
      await entry(harness, opened, 'rebase.taken')
      await quiet(harness, opened)
    },
  },
  'says-what-would-be-done': {
    runbook: runbook({ steps: 2, gate: asks }),
    target: neverMended,
    isAsked: true,
    happens: async () => {},
  },
}
