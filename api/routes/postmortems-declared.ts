/** The declarations of postmortems.ts: queries, bodies, replies, examples. */
import { z } from 'zod'
import { limits } from '../../contracts/limits.ts'
import {
  editedPostmortem,
  postmortemList,
  postmortemVersion,
  postmortemView,
  publishedPostmortem,
} from '../../contracts/postmortem-views.ts'
import { postmortemSectionIds, postmortemTickIds } from '../../contracts/postmortem.ts'
import { documented } from '../documented.ts'
import { noSuchIncident } from '../examples.ts'
import {
  isIncomplete,
  isNotPublished,
  isOwnWork,
  isPublished,
  ofPostmortem,
  ofPublished,
  postmortem,
  postmortemSummary,
  wasChanged,
} from '../postmortem-examples.ts'
import { incidentNumberText, writtenText } from '../validation.ts'
import { incidentParams as params } from './incidents.ts'

const listQuery = z.strictObject({
  state: z.enum(['due', 'overdue', 'draft', 'reviewed', 'published']).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: incidentNumberText.optional(),
})

const version = z.coerce.number().int().min(1).max(1_000_000)
const readQuery = z.strictObject({
  format: z.enum(['json', 'markdown', 'amas']).default('json'),
  version: version.optional(),
})

/** A section may be empty; what else people write may not. */
const sectionText = z
  .string()
  .max(limits.postmortemSectionLength)
  .transform(text => text.trim().replaceAll('\0', '\u{fffd}').toWellFormed())

const actionItem = z.strictObject({
  item: version.exactOptional(),
  text: writtenText(limits.actionItemLength),
  owner: writtenText(limits.labelNameLength).nullable().default(null),
  /** Years that PostgreSQL and people can both mean. */
  dueOn: z.iso
    .date()
    .refine(day => day >= '2000-01-01', 'must be a day after 1999')
    .nullable()
    .default(null),
})

const isEachOnce = (items: readonly { item?: number }[]): boolean => {
  const numbers = items.flatMap(({ item }) => item ?? [])
  return new Set(numbers).size === numbers.length
}

/** What is left out stays as it was. */
const editBody = z.strictObject({
  basedOn: version,
  sections: z.partialRecord(z.enum(postmortemSectionIds), sectionText).default({}),
  ticked: z
    .array(z.enum(postmortemTickIds))
    .transform(ticked => postmortemTickIds.filter(id => ticked.includes(id)))
    .exactOptional(),
  actionItems: z
    .array(actionItem)
    .max(limits.actionItemsPerPostmortem)
    .refine(isEachOnce, 'has the same number twice')
    .exactOptional(),
})

const reviewBody = z.strictObject({ version, comment: writtenText(limits.reasonLength).exactOptional() })
const publishBody = z.strictObject({ version })
const reopenBody = z.strictObject({ reason: writtenText(limits.reasonLength) })

export const listing = documented({
  access: 'incidents.read',
  chapter: 'Post-mortems',
  id: 'listPostmortems',
  summary: 'List post-mortems',
  description:
    'Those of the newest incidents first. `due` and `overdue` are those with a date that were never published yet.',
  schema: { querystring: listQuery, response: { 200: postmortemList } },
  examples: {
    all: { summary: 'The newest', reply: { postmortems: [postmortemSummary], nextCursor: null } },
    overdue: {
      summary: 'What is late',
      query: { state: 'overdue' },
      reply: { postmortems: [], nextCursor: null },
    },
  },
  errors: {
    bad_request: {
      query: { cursor: 'INC-1' },
      message: 'The query does not fit: cursor: must look like INC-2026-01-31-001.',
      fields: { faults: [{ field: 'cursor', problem: 'must look like INC-2026-01-31-001' }] },
    },
  },
})

export const reading = documented({
  access: 'incidents.read',
  chapter: 'Post-mortems',
  id: 'readPostmortem',
  summary: 'Read a post-mortem',
  description:
    'What people wrote in its newest version, or in the `version` asked for, and the facts from the audit log. With `format=markdown` the whole document as Markdown, with `format=amas` one entry of an incident log. An open or cancelled incident has none.',
  schema: { params, querystring: readQuery, response: { 200: postmortemView } },
  examples: { newest: { summary: 'The newest version', ...ofPostmortem, reply: postmortem } },
  errors: { not_found: noSuchIncident },
})

export const editing = documented({
  access: 'postmortems.write',
  chapter: 'Post-mortems',
  id: 'editPostmortem',
  summary: 'Write a new version',
  description:
    'Names the version that was changed; when somebody wrote a newer one meanwhile it is refused, and both texts are kept. What is left out stays as it was. A new action item has no `item`. Facts cannot be edited.',
  schema: { params, body: editBody, response: { 200: editedPostmortem } },
  examples: {
    cause: {
      summary: 'What was found out',
      ...ofPostmortem,
      body: {
        basedOn: 2,
        sections: { cause: 'A code path kept its connections.' },
        ticked: ['timeline', 'trends'],
        actionItems: [
          { item: 1, text: 'Give connections back in one place', owner: 'noah', dueOn: '2026-04-01' },
          { text: 'Alert on the growth of the pool', owner: 'mia', dueOn: '2026-04-15' },
        ],
      },
      reply: { version: 3, isChanged: true },
    },
  },
  errors: {
    not_found: noSuchIncident,
    postmortem_changed: { ...wasChanged, body: { basedOn: 1 } },
    postmortem_published: { ...isPublished, body: { basedOn: 2 } },
  },
})

export const reviewing = documented({
  access: 'postmortems.review',
  chapter: 'Post-mortems',
  id: 'reviewPostmortem',
  summary: 'Say that a version is right',
  description:
    'By somebody else than whoever wrote it. It holds for this version; the next edit makes it a draft again.',
  schema: { params, body: reviewBody, response: { 200: postmortemVersion } },
  examples: {
    right: {
      summary: 'It is right',
      ...ofPostmortem,
      body: { version: 2, comment: 'The cause is right' },
      reply: { version: 2 },
    },
  },
  errors: {
    not_found: noSuchIncident,
    own_work: { ...isOwnWork, body: { version: 2 } },
    postmortem_changed: { ...wasChanged, body: { version: 1 } },
    postmortem_incomplete: { ...isIncomplete, body: { version: 1 } },
    postmortem_published: { ...isPublished, body: { version: 2 } },
  },
})

export const publishing = documented({
  access: 'postmortems.publish',
  chapter: 'Post-mortems',
  id: 'publishPostmortem',
  summary: 'Publish a version',
  description:
    'Keeps the facts as they are on record now. Refused with everything that is still empty. Without a review it is published all the same, and says so.',
  schema: { params, body: publishBody, response: { 200: publishedPostmortem } },
  examples: {
    newest: {
      summary: 'The newest version, which nobody reviewed',
      ...ofPostmortem,
      body: { version: 2 },
      reply: { version: 2, reviewedBy: null },
    },
  },
  errors: {
    not_found: noSuchIncident,
    postmortem_changed: { ...wasChanged, body: { version: 1 } },
    postmortem_incomplete: { ...isIncomplete, body: { version: 1 } },
    postmortem_published: { ...isPublished, body: { version: 2 } },
  },
})

export const reopening = documented({
  access: 'postmortems.write',
  chapter: 'Post-mortems',
  id: 'reopenPostmortem',
  summary: 'Open a published one again',
  description: 'A new version with the same text; what was published stays readable under its own version.',
  schema: { params, body: reopenBody, response: { 200: postmortemVersion } },
  examples: {
    second: {
      summary: 'More was found',
      ...ofPublished,
      body: { reason: 'A second cause was found' },
      reply: { version: 3 },
    },
  },
  errors: { not_found: noSuchIncident, postmortem_not_published: isNotPublished },
})
