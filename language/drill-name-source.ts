/** The smallest parts of a drill as it is written: names, texts, fields of a check. */
import { z } from 'zod'

export const text = z.string().min(1)

export const name = named(
  'name',
  /^[a-z0-9][a-z0-9-]{0,62}$/,
  'must be lower-case letters, digits and dashes, at most 63',
)

/** What is attempted: a step of the runbook, or the undo of one. */
export const attempted = named(
  'step',
  /^[a-z0-9][a-z0-9-]{0,62}(\.undo)?$/,
  'must be the id of a step, or `<step>.undo` for what takes it back',
)

export const checkName = named(
  'name of a check',
  /^[a-z][a-z0-9_]{0,62}$/,
  'must be the name of a check: lower-case letters, digits and underscores',
)

export const fieldName = named(
  'field',
  /^[a-z][a-z0-9_]{0,62}$/,
  'must be the name of a field: lower-case letters, digits and underscores',
)

export const texts = z.record(text, z.string())

type Plain = string | number | boolean

/** What a field measured or an entry says. What a union would say of each of its parts helps nobody. */
export const plainValue = plain('text, a number, true or false', ['string', 'number', 'boolean'])

/** The same, and null to take a field away. */
export const plainOrNull = plain('text, a number, true, false or null', [
  'string',
  'number',
  'boolean',
  'null',
])

function plain<const T extends 'string' | 'number' | 'boolean' | 'null'>(title: string, types: readonly T[]) {
  return z
    .unknown()
    .meta({ title, type: [...types] })
    .transform((written, context): Plain | ('null' extends T ? null : never) => {
      const type = written === null ? 'null' : typeof written
      // The compiler does not see that the type which was found is one of those.
      if (types.some(known => known === type)) return written as Plain
      context.addIssue({ code: 'custom', message: `must be ${title}` })
      return z.NEVER
    })
}

/** Text of one shape; linter and editor say what is wrong with it in the same words. */
function named(title: string, shape: RegExp, problem: string) {
  return z.string().regex(shape, problem).meta({ title, patternErrorMessage: problem })
}
