import { join } from 'node:path'
import { defineConfig } from 'vitest/config'
import { testsThatNeedTemporal } from './test/support/needs-temporal.ts'

const SECOND_MS = 1_000

// vitest keeps the token of its browser view in the user's data folder; nothing of ours is left outside the project. (macOS has
// no variable for that folder.)
process.env['XDG_DATA_HOME'] = join(import.meta.dirname, '.paramedic', 'vitest')

// Two cores run the servers beside the tests: more workers make every test slower, and those that aim at a moment miss it.
const shared = {
  pool: 'forks',
  isolate: true,
  testTimeout: 60 * SECOND_MS,
  hookTimeout: 60 * SECOND_MS,
} as const

// Minutes of outages, restarts and races on the real clock: they would take `npm test` past its six minutes.
const long = [
  'test/faults/a-move-at-a-site.test.ts',
  'test/faults/a-post-mortem-outlives-its-worker.test.ts',
  'test/faults/a-routine-outlives-its-worker.test.ts',
  'test/faults/a-sync-is-whole-or-not-at-all.test.ts',
  'test/faults/an-engine-set-back-repeats-no-effect.test.ts',
  'test/faults/an-interrupted-archive-is-one-copy.test.ts',
  'test/faults/api-killed.test.ts',
  'test/faults/frozen-worker.test.ts',
  'test/faults/postgres-restarted.test.ts',
  'test/faults/rule-engine-killed.test.ts',
  'test/faults/site-worker-killed.test.ts',
  'test/faults/supervision-passes-on.test.ts',
  'test/faults/temporal-down.test.ts',
  'test/faults/worker-killed-around-a-move.test.ts',
  'test/faults/worker-killed-around-an-effect.test.ts',
  'test/faults/worker-killed-as-a-move-meets-a-look.test.ts',
  'test/faults/worker-killed-while-taking-back.test.ts',
  'test/embedded/sandbox-alerts.test.ts',
  'test/proof/a-killed-worker-leaves-a-record-that-replays.test.ts',
  'test/proof/every-row-follows-from-its-entries.test.ts',
  'test/reach/a-channel-that-fails-is-left-for-the-next.test.ts',
  'test/reach/what-cannot-go-at-once-goes-together.test.ts',
  'test/rehearsal/a-drill-is-played-on-a-terminal.test.ts',
  'test/rehearsal/a-killed-worker-doubles-nothing.test.ts',
  'test/rules/one-worker-evaluates-a-rule.test.ts',
  'test/supervision/a-thousand-incidents-cost-little.test.ts',
  'test/supervision/compares-with-temporal.test.ts',
  'test/supervision/finds-what-is-wrong.test.ts',
  'test/supervision/one-tells-and-only-once.test.ts',
  'test/workflow/a-move-meets-what-goes-on.test.ts',
  'test/workflow/an-incident-becomes-worse.test.ts',
  'test/workflow/people-tick-manual-steps.test.ts',
  'test/workflow/stakeholders-hear-regularly.test.ts',
  'test/workflow/a-routine-takes-every-step.test.ts',
  'test/workflow/a-checklist-is-a-routine.test.ts',
  'test/proof/a-routine-is-proved-like-an-incident.test.ts',
  'test/workflow/what-is-taken-back-and-when.test.ts',
]

// Aimed at a moment of the real clock. With nothing cached the SDK gives up a task whose local activity is at work when its
// workflow is evicted, and it comes again ten seconds later: whatever such a race meets, it is not what it was aimed at.
const races = [
  'test/workflow/an-alert-returns-as-the-hold-ends.test.ts',
  'test/workflow/an-approval-races-its-expiry.test.ts',
]

// Says that pages are in time to the second: measured with nothing else on the machine, or it measures the machine.
const punctual = ['test/faults/escalation-across-outages.test.ts']

// Set by test/run.mjs, which says what is missing.
const unfit = process.env['TESTS_WITHOUT_TEMPORAL'] === '1' ? testsThatNeedTemporal(import.meta.dirname) : []

// One Temporal, one PostgreSQL and one Redis for the whole run.
const withServers = { ...shared, globalSetup: ['test/support/servers.ts'] }

export default defineConfig({
  test: {
    maxWorkers: 2,
    projects: [
      { test: { ...shared, name: 'unit', include: ['test/unit/**/*.test.ts'] } },
      {
        test: {
          ...withServers,
          name: 'integration',
          provide: { maxCachedWorkflows: 200 },
          include: ['test/**/*.test.ts'],
          exclude: ['test/unit/**', 'test/full/**', ...long, ...races, ...punctual, ...unfit],
        },
      },
      {
        test: {
          ...withServers,
          name: 'punctual',
          provide: { maxCachedWorkflows: 200 },
          include: punctual,
          exclude: unfit,
          testTimeout: 600 * SECOND_MS,
        },
      },
      {
        test: {
          ...withServers,
          name: 'long',
          provide: { maxCachedWorkflows: 200 },
          // What authors are promised of shipped runbooks is shown by both runs.
          include: [
            'test/full/**/*.test.ts',
            'test/unit/a-mistake-in-a-shipped-*.test.ts',
            ...long,
            ...races,
          ],
          exclude: unfit,
          testTimeout: 600 * SECOND_MS,
        },
      },
      {
        test: {
          ...withServers,
          // The workflow tests once more with nothing cached, so that every workflow task is a replay.
          name: 'replayed',
          provide: { maxCachedWorkflows: 0 },
          include: ['test/workflow/**/*.test.ts'],
          exclude: [...races, ...unfit],
          testTimeout: 600 * SECOND_MS,
        },
      },
    ],
  },
})
