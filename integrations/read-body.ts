import { z } from 'zod'
import { cutTo, storable } from './reported-text.ts'

/** Go writes a time that was never set as this; Alertmanager does for `endsAt` of a firing alert. */
const goZeroTimeMs = Date.parse('0001-01-01T00:00:00Z')
/** PostgreSQL has no year 0, and writes years after 9999 in another form: an offset can lead from year 1 or 9999 to both. */
const lastTimeMs = Date.parse('9999-12-31T23:59:59.999Z')

/**
 * An RFC 3339 time as milliseconds; undefined when the sender left it out, sent Go's zero time or a time that no calendar of
 * ours holds: a broken clock must not cost an alert. Finer digits are cut.
 */
export const timestamp = z.iso
  .datetime({ offset: true })
  .transform(text => Date.parse(text))
  .transform(timeMs => (timeMs > goZeroTimeMs && timeMs <= lastTimeMs ? timeMs : undefined))

const issuesTold = 3
const problemLength = 500

/** Checks a body against its schema; the problem names the fields at fault and never quotes their values. */
export function readBody<T extends z.ZodType>(
  schema: T,
  body: unknown,
): { value: z.output<T> } | { problem: string } {
  const read = schema.safeParse(body)
  if (read.success) return { value: read.data }
  const told = read.error.issues.slice(0, issuesTold).map(issue => `${place(issue.path)}: ${issue.message}`)
  const more = read.error.issues.length - told.length
  const problem = [...told, ...(more > 0 ? [`and ${more} more`] : [])].join('; ')
  return { problem: cutTo(problemLength, storable(problem)) }
}

function place(path: readonly PropertyKey[]): string {
  return path.length === 0 ? 'body' : path.map(String).join('.')
}
