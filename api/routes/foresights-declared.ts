/** The declaration of foresights.ts: its body, its reply, its examples. */
import { z } from 'zod'
import { foresightReply } from '../../contracts/foresight-views.ts'
import { limits } from '../../contracts/limits.ts'
import { documented } from '../documented.ts'
import { foreseen, foreseenAlert, foreseenRunbook } from '../foresight-examples.ts'
import { inputTexts, lookUpText } from '../validation.ts'

const labels = z
  .record(z.string().max(limits.labelNameLength), z.string().max(limits.labelValueLength))
  .refine(given => Object.keys(given).length <= limits.labelsPerAlert, `at most ${limits.labelsPerAlert}`)
const annotations = z.record(z.string().max(limits.labelNameLength), z.string().max(limits.annotationLength))
const body = z.strictObject({
  alert: z.strictObject({ name: lookUpText(limits.labelValueLength), labels, annotations }),
  runbook: z
    .union([
      z.strictObject({
        source: z.string().describe('The YAML of it'),
        file: lookUpText(limits.labelValueLength).exactOptional().describe('What its faults call it'),
      }),
      z.strictObject({ name: lookUpText(limits.labelValueLength) }),
    ])
    .exactOptional()
    .describe('A text, or the version in force of a name; left out, it is chosen as for an alert that fires'),
  inputs: inputTexts
    .exactOptional()
    .describe(
      'Inputs of the runbook by name, as text, tried in place of what the alert and the defaults say',
    ),
})

const missing = ['apiVersion', 'escalate', 'metadata', 'triage'].map(key => ({
  file: 'runbook.yaml',
  line: 1,
  column: 1,
  code: 'shape',
  message: `\`${key}\` is required`,
  ...(key === 'triage' ? { hint: 'the least is `triage: { severity: [{ is: SEV4 }] }`' } : {}),
}))

export const foreseeing = documented({
  access: 'runbooks.test',
  chapter: 'Runbooks',
  id: 'testRunbook',
  summary: 'Ask what would be done about an alert',
  description: `Workers measure the checks on the targets the alert means, judge severity and impact, and plan every step that would be taken. Nothing is stored but that you asked, and nothing is claimed, paged or changed. It takes up to ${limits.foreseeAnswerMs / 1_000} s; a target or a site that does not answer is told as such. One question at a time for each person, at most ${limits.foreseesPerMinute} a minute.`,
  schema: { body, response: { 200: foresightReply } },
  withinMs: limits.foreseeAnswerMs + limits.databaseWaitMs,
  examples: {
    planned: {
      summary: 'A step would be taken after somebody allowed it',
      body: { alert: foreseenAlert, runbook: { source: foreseenRunbook } },
      reply: foreseen,
    },
    'other-alert': {
      summary: 'The runbook is for other alerts',
      body: {
        alert: { ...foreseenAlert, labels: { ...foreseenAlert.labels, alertname: 'OrdersSlow' } },
        runbook: { source: foreseenRunbook },
      },
      reply: { ...foreseen, matches: false, foresight: null },
    },
  },
  errors: {
    not_found: {
      body: { alert: foreseenAlert, runbook: { name: 'orders-conections' } },
      message: 'No runbook orders-conections is in force.',
      fields: { runbook: 'orders-conections' },
      hint: 'Send its text instead: npx paramedic runbook test --alert alert.json draft.yaml --live',
    },
    invalid_runbook: {
      body: { alert: foreseenAlert, runbook: { source: 'kind: Runbook' } },
      message: `The runbook has faults: ${missing.map(({ message }) => `runbook.yaml:1:1 ${message}`).join('; ')}.`,
      fields: { faults: missing },
    },
    temporal_unavailable: { message: 'This process was not told where Temporal is.' },
    too_many_questions: { message: 'mia has asked, and the answer is not there yet.' },
  },
})
