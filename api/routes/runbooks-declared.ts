/** The declarations of runbooks.ts: queries, bodies, replies, examples. */
import { z } from 'zod'
import { limits } from '../../contracts/limits.ts'
import { runbookHistory, runbookList, runbookSync, runbookVersion } from '../../contracts/runbook-views.ts'
import { isRunbookFile } from '../../language/parse-runbook.ts'
import { documented } from '../documented.ts'
import {
  defaultFile,
  exampleDigest,
  faultyFile,
  ordersFile,
  ordersInForce,
  ordersVersion,
  routineFiles,
} from '../runbook-examples.ts'
import { lookUpText } from '../validation.ts'

const params = z.strictObject({ name: lookUpText(limits.labelNameLength) })
const versionQuery = z.strictObject({
  version: z
    .string()
    .regex(/^[0-9a-f]{6,64}$/, 'must be the first 6 or more signs of a hash')
    .optional(),
})

/** A name that means one place below any folder, on every machine. */
const path = z
  .string()
  .max(limits.runbookPathLength)
  .regex(
    /^(?!.*(^|\/)\.{0,2}(\/|$))[^\\\p{C}]+$/u,
    'must be a path below the folder, with `/` and without `..`',
  )
  .refine(isRunbookFile, 'must end in .yaml, must not be hidden, and must be no drill')

/** The linter speaks of what is in a text; half a surrogate pair can be in none. */
const source = z.string().transform(text => text.toWellFormed())

const files = z
  .array(z.strictObject({ file: path, source }))
  .min(1)
  .max(limits.runbooksPerSync)
  .refine(all => new Set(all.map(({ file }) => file)).size === all.length, 'has the same file twice')
  .describe('Every runbook file of the folder')

const checkBody = z.strictObject({ files })
const syncBody = z.strictObject({
  files,
  partial: z
    .boolean()
    .exactOptional()
    .describe('Hold back what has faults, keep its last good version, and put the rest in force'),
  expect: z
    .string()
    .max(64)
    .exactOptional()
    .describe('The digest of what has to be in force now; with another one nothing is changed'),
})

const noSuchRunbook = {
  params: { name: 'orders-conections' },
  message: 'There is no runbook orders-conections.',
  hint: 'Check the name; what is in force: npx paramedic runbook list',
  fields: { name: 'orders-conections' },
}

export const listing = documented({
  access: 'runbooks.read',
  chapter: 'Runbooks',
  id: 'listRunbooks',
  summary: 'List the runbooks in force',
  description: 'What new incidents are opened with, and which files are held back for their faults.',
  schema: { response: { 200: runbookList } },
  examples: {
    all: {
      summary: 'One is in force',
      reply: { digest: exampleDigest, runbooks: [ordersInForce], faultyFiles: [] },
    },
  },
})

export const showing = documented({
  access: 'runbooks.read',
  chapter: 'Runbooks',
  id: 'readRunbookVersion',
  summary: 'Show a runbook',
  description: 'As it is in force, or in any version it ever had.',
  schema: { params, querystring: versionQuery, response: { 200: runbookVersion } },
  examples: {
    inForce: {
      summary: 'The version in force',
      params: { name: 'orders-connections' },
      reply: ordersVersion,
    },
  },
  errors: {
    not_found: noSuchRunbook,
    bad_request: {
      params: { name: 'orders-connections' },
      query: { version: 'latest' },
      message: 'The query does not fit: version: must be the first 6 or more signs of a hash.',
      fields: { faults: [{ field: 'version', problem: 'must be the first 6 or more signs of a hash' }] },
    },
  },
})

export const tellingHistory = documented({
  access: 'runbooks.read',
  chapter: 'Runbooks',
  id: 'readRunbookHistory',
  summary: 'Tell who put which version in force',
  description: 'The newest first. It only grows.',
  schema: { params, response: { 200: runbookHistory } },
  examples: {
    all: {
      summary: 'Put in force once',
      params: { name: 'orders-connections' },
      reply: {
        name: 'orders-connections',
        changes: [
          {
            change: 'new',
            hash: ordersInForce.hash,
            before: null,
            file: ordersFile.file,
            at: ordersInForce.since,
            way: 'sync',
            by: 'mia',
          },
        ],
      },
    },
  },
  errors: {
    not_found: noSuchRunbook,
    bad_request: {
      params: { name: '\0' },
      message: 'The path does not fit: name: must be text without NUL.',
      fields: { faults: [{ field: 'name', problem: 'must be text without NUL' }] },
    },
  },
})

export const checking = documented({
  access: 'runbooks.check',
  chapter: 'Runbooks',
  id: 'checkRunbooks',
  summary: 'Tell what a sync would change',
  description:
    'The files are held against this service’s own configuration, and nothing is changed. Faults are part of the answer.',
  schema: { body: checkBody, response: { 200: runbookSync } },
  withinMs: limits.runbookSyncMs,
  examples: {
    same: {
      summary: 'Nothing would change',
      body: { files: [defaultFile, ordersFile, ...routineFiles] },
      reply: {
        before: exampleDigest,
        digest: exampleDigest,
        changes: [],
        faultyFiles: [],
        faults: [],
        openIncidents: 0,
      },
    },
  },
})

export const syncing = documented({
  access: 'runbooks.sync',
  chapter: 'Runbooks',
  id: 'syncRunbooks',
  summary: 'Put runbooks in force',
  description:
    'Exactly these: what is in force and not among the files is taken out. All in one transaction, from which on every worker opens incidents with them; open incidents keep the version they have. Sent twice it changes nothing the second time. With a fault nothing is changed, unless `partial`.',
  schema: { body: syncBody, response: { 200: runbookSync } },
  withinMs: limits.runbookSyncMs,
  examples: {
    removed: {
      summary: 'One runbook is taken out',
      body: { files: [defaultFile, ...routineFiles] },
      reply: {
        before: exampleDigest,
        digest: '5d7e9f10b2c3d4e5f60718293a4b5c6d7e8f902f5c0a3b91b2c3d4e5f6071829',
        changes: [
          {
            name: 'orders-connections',
            change: 'removed',
            before: { hash: ordersInForce.hash, file: ordersFile.file },
            after: null,
          },
        ],
        faultyFiles: [],
        faults: [],
        openIncidents: 0,
      },
    },
  },
  errors: {
    invalid_runbook: {
      body: { files: [defaultFile, faultyFile] },
      message: 'Nothing was put in force: 1 fault in 1 file.',
      hint: 'Correct the named lines and send it again; to put the other files in force meanwhile: npx paramedic runbook sync --partial',
      fields: {
        faults: [
          {
            file: ordersFile.file,
            line: 7,
            column: 18,
            code: 'shape',
            message: 'unknown key `pages`',
            hint: 'did you mean `page`?',
          },
        ],
      },
    },
    runbooks_changed: {
      body: { files: [defaultFile], expect: 'another' },
      message: 'Other runbooks are in force than the ones this sync was prepared for.',
    },
  },
})
