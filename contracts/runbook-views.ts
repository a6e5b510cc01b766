/** What the API answers about the runbooks in force. */
import { z } from 'zod'
import { runbook } from './audit-views.ts'
import { runbookChanges, waysInForce } from './runbook-registry.ts'
import { count, faultyRunbookFile, hash, time, views } from './views.ts'

const name = z.string().describe('Of the runbook, as `metadata.name`')
const file = z.string().describe('Its path below the folder it came from')
const way = z.enum(waysInForce).describe('`start`: a worker read its folder. `sync`: a person sent it')
const by = z.string().describe('Name of the principal; `paramedic` at a start')
const digest = z
  .string()
  .describe('Of every name and version in force: the same digest is the same set. Give it as `expect`')

const runbookInForce = z
  .strictObject({
    name,
    title: z.string(),
    owner: z.string(),
    hash,
    file,
    since: time.describe('Since when this version is in force'),
    way,
    by,
  })
  .describe('A runbook that new incidents are opened with')
  .register(views, { id: 'RunbookInForce' })
export type RunbookInForceView = z.infer<typeof runbookInForce>

export const runbookList = z
  .strictObject({
    digest,
    runbooks: z.array(runbookInForce).describe('By name'),
    faultyFiles: z.array(faultyRunbookFile).describe('What the last start or sync held back'),
  })
  .register(views, { id: 'RunbookList' })
export type RunbookList = z.infer<typeof runbookList>

export const runbookVersion = z
  .strictObject({
    name,
    hash,
    keptAt: time.describe('When this version was first known here'),
    inForce: runbookInForce
      .nullable()
      .describe('Null when it is not in force; an open incident may still run it'),
    runbook,
    source: z.string().describe('Of the version in force the text as it was sent last, of others as first'),
  })
  .describe('One version of a runbook')
  .register(views, { id: 'RunbookVersion' })
export type RunbookVersionView = z.infer<typeof runbookVersion>

const pastChange = z
  .strictObject({
    change: z
      .enum(runbookChanges)
      .describe('`rewritten`: the same version with other comments, layout or file'),
    hash: hash.nullable().describe('In force from then on; null when it was taken out'),
    before: hash.nullable(),
    file: z.string().nullable(),
    at: time,
    way,
    by,
  })
  .describe('Something that became of a runbook')
  .register(views, { id: 'RunbookPastChange' })

export const runbookHistory = z
  .strictObject({ name, changes: z.array(pastChange).describe('The newest first; at most 200') })
  .register(views, { id: 'RunbookHistory' })
export type RunbookHistoryView = z.infer<typeof runbookHistory>

const changedSide = z
  .strictObject({
    hash,
    file,
    runbook: runbook.exactOptional().describe('Only of one that has changed, to be compared'),
  })
  .register(views, { id: 'RunbookSide' })

const runbookChange = z
  .strictObject({
    name,
    change: z.enum(runbookChanges),
    before: changedSide.nullable(),
    after: changedSide.nullable(),
  })
  .describe('What a sync changes of a runbook')
  .register(views, { id: 'RunbookChange' })
export type RunbookChangeView = z.infer<typeof runbookChange>

export const runbookFault = z
  .strictObject({
    file,
    line: count,
    column: count,
    code: z.string().describe('The rule that found it; docs/runbooks.md lists them'),
    message: z.string(),
    hint: z.string().exactOptional(),
    isLineSecret: z.literal(true).exactOptional().describe('The line holds a credential: never print it'),
  })
  .describe('One thing that is wrong with a file')
  .register(views, { id: 'RunbookFault' })
export type RunbookFaultView = z.infer<typeof runbookFault>

export const runbookSync = z
  .strictObject({
    before: digest.describe('Of what was in force before'),
    digest: digest.describe('Of what is in force then'),
    changes: z.array(runbookChange).describe('By name; what is not named stays as it is'),
    faultyFiles: z
      .array(z.strictObject({ file, keeps: z.string().nullable() }))
      .describe('What is held back: of a sync only with `partial`, of a check whatever has faults'),
    faults: z.array(runbookFault).describe('At most a thousand'),
    openIncidents: z
      .int()
      .min(0)
      .describe(
        'Incidents of alerts that are open and keep another version of what is changed; a rebase moves one',
      ),
  })
  .describe('What a sync changes')
  .register(views, { id: 'RunbookSync' })
export type RunbookSyncView = z.infer<typeof runbookSync>
