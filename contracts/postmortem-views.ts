/** What the API answers about post-mortems and action items; see views.ts. */
import { z } from 'zod'
import { severities } from './incident.ts'
import { postmortemFacts } from './facts-views.ts'
import { postmortemSectionIds, postmortemStates, postmortemTickIds } from './postmortem.ts'
import { count, incidentNumber, time, views } from './views.ts'

const person = z.string().nullable()
const versionNumber = z.int().min(1)

const summary = z.strictObject({
  incident: incidentNumber,
  title: z.string(),
  severity: z.enum(severities),
  system: z.string(),
  owner: z.string().describe('The team that owns the runbook'),
  state: z.enum(postmortemStates).describe('Of the newest version'),
  version: versionNumber.describe('The newest'),
  dueAt: time.nullable(),
  isOverdue: z.boolean().describe('Never published yet, and the time is over'),
  draftedAt: time,
  reviewedAt: time.nullable(),
  reviewedBy: person,
  publishedVersion: versionNumber
    .nullable()
    .describe('The newest published one; older than `version` while it is open again'),
  publishedAt: time.nullable(),
  publishedBy: person,
})

export const postmortemSummary = summary
  .extend({ openActionItems: count })
  .register(views, { id: 'PostmortemSummary' })
export type PostmortemSummary = z.infer<typeof postmortemSummary>

export const postmortemList = z
  .strictObject({
    postmortems: z.array(postmortemSummary),
    nextCursor: z.string().nullable().describe('Give it as `cursor` for the next page; null on the last'),
  })
  .register(views, { id: 'PostmortemList' })
export type PostmortemList = z.infer<typeof postmortemList>

const actionItemView = z
  .strictObject({
    item: versionNumber.describe('Counted within the incident; never used twice'),
    text: z.string(),
    owner: person,
    dueOn: z.string().nullable().describe('A day, `2026-12-31`'),
    doneAt: time.nullable(),
    doneBy: person,
    note: z.string().nullable().describe('Of whoever did it'),
  })
  .register(views, { id: 'ActionItem' })
export type ActionItemView = z.infer<typeof actionItemView>

export const postmortemView = summary
  .extend({
    shownVersion: versionNumber.describe('Whose text this is; the newest unless another one was asked for'),
    environment: z.string(),
    facts: postmortemFacts,
    sections: z
      .record(z.enum(postmortemSectionIds), z.string())
      .describe('Markdown; empty while nobody has written it'),
    ticked: z.array(z.enum(postmortemTickIds)),
    actionItems: z.array(actionItemView),
    contentHash: z
      .string()
      .describe('SHA-256 of the canonical text; the audit entry of this version names it'),
    writtenBy: person.describe('Null for the draft'),
    writtenAt: time,
    missing: z.array(z.string()).describe('What still keeps it from being published'),
    versions: z
      .array(z.strictObject({ version: versionNumber, writtenBy: person, writtenAt: time }))
      .describe('Oldest first'),
  })
  .register(views, { id: 'Postmortem' })
export type PostmortemView = z.infer<typeof postmortemView>

export const actionItemList = z
  .strictObject({
    actionItems: z.array(
      actionItemView.extend({ incident: incidentNumber, title: z.string(), isOverdue: z.boolean() }),
    ),
    nextCursor: z.string().nullable().describe('Give it as `cursor` for the next page; null on the last'),
  })
  .register(views, { id: 'ActionItemList' })
export type ActionItemList = z.infer<typeof actionItemList>

export const editedPostmortem = z
  .strictObject({
    version: versionNumber,
    isChanged: z.boolean().describe('False: nothing is different, so there is no new version'),
  })
  .register(views, { id: 'EditedPostmortem' })

export const postmortemVersion = z
  .strictObject({ version: versionNumber })
  .register(views, { id: 'PostmortemVersion' })

export const publishedPostmortem = z
  .strictObject({ version: versionNumber, reviewedBy: person.describe('Null: nobody reviewed this version') })
  .register(views, { id: 'PublishedPostmortem' })

export const finishedActionItem = z
  .strictObject({
    isFirst: z.boolean().describe('False: somebody was faster, and `by` and `at` say who and when'),
    by: z.string(),
    at: time,
  })
  .register(views, { id: 'FinishedActionItem' })
