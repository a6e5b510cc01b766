/** The declarations of routines.ts: paths, bodies, replies, examples. */
import { z } from 'zod'
import { limits } from '../../contracts/limits.ts'
import { begunRun, routineList } from '../../contracts/schedule-views.ts'
import { documented } from '../documented.ts'
import { runOfRoutine, runningRoutine, weeklyRoutine } from '../runbook-examples.ts'
import { inputTexts, lookUpText } from '../validation.ts'

export const listing = documented({
  access: 'runbooks.read',
  chapter: 'Runbooks',
  id: 'listRoutines',
  summary: 'List the routines',
  description: 'The runbooks that run at times: their next ones, and what became of the last.',
  schema: { response: { 200: routineList } },
  examples: { none: { summary: 'No runbook in force has a schedule', reply: { routines: [] } } },
})

const params = z.strictObject({ name: lookUpText(limits.labelNameLength) })
const body = z.strictObject({
  system: lookUpText(limits.labelNameLength)
    .exactOptional()
    .describe(
      'Whose targets this run works on; left out, those of its schedule. Asks for the verb `runbooks.run-elsewhere`',
    ),
  environment: lookUpText(limits.labelNameLength).exactOptional(),
  inputs: inputTexts
    .exactOptional()
    .describe('Inputs of the runbook by name, as text: `25`, `0.7`, `10m`, `true`; left out, their defaults'),
})

export const starting = documented({
  access: 'runbooks.run',
  chapter: 'Runbooks',
  id: 'runRoutine',
  summary: 'Start a run of a routine now',
  description:
    'Opens the incident that a time of its schedule would open, with your name on it; it begins steps until its window closes, counted from now. The times of the schedule stay; one that comes while the run is open is missed.',
  schema: { params, body, response: { 200: begunRun } },
  examples: {
    now: {
      summary: 'Where its schedule says, with its defaults',
      params: { name: weeklyRoutine },
      body: {},
      reply: {
        incident: 'INC-2026-03-14-002',
        system: 'orders',
        environment: 'production',
        closesAt: '2026-03-14T05:10:00.000Z',
      },
    },
  },
  errors: {
    not_found: {
      params: { name: 'orders-weakly' },
      message: 'No runbook orders-weakly is in force.',
      hint: 'Did you mean orders-weekly? The routines: npx paramedic runbook schedule',
      fields: { name: 'orders-weakly' },
    },
    not_a_routine: {
      params: { name: 'orders-connections' },
      message: 'orders-connections has no schedule: alerts begin it.',
      fields: { name: 'orders-connections' },
    },
    routine_running: {
      params: { name: runningRoutine },
      message: `${runOfRoutine}, a run of ${runningRoutine}, is still open.`,
      fields: { name: runningRoutine, number: runOfRoutine },
    },
    bad_request: {
      params: { name: '\0' },
      message: 'The path does not fit: name: must be text without NUL.',
      fields: { faults: [{ field: 'name', problem: 'must be text without NUL' }] },
    },
  },
})
