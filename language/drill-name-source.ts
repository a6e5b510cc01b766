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

export const texts = z.record(text, z.string())

type Plain = string | number | boolean

/** Text, a number, true or false; and null where it may be taken away. */
export function plainValue(options: { isNullable: true }): z.ZodType<Plain | null>
export function plainValue(): z.ZodType<Plain>
export function plainValue({ isNullable = false } = {}): z.ZodType<Plain | null> {
  const types = ['string', 'number', 'boolean', ...(isNullable ? ['null'] : [])]
  const words = `text, a number, true${isNullable ? ', false or null' : ' or false'}`
  // What a union would say of each of its parts helps nobody.
  return z
    .custom<Plain | null>(
      written => types.includes(written === null ? 'null' : typeof written),
      `must be ${words}`,
    )
    .meta({ title: words, type: types })
}

/** Text of one shape; linter and editor say what is wrong with it in the same words. */
function named(title: string, shape: RegExp, problem: string) {
  return z.string().regex(shape, problem).meta({ title, patternErrorMessage: problem })
}
