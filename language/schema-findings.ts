/** What a zod schema refuses, said as findings with our words and the nearest known name. */
import type { z } from 'zod'
import type { Finding, Path } from './fault.ts'
import { nameHint, nearestName } from './nearest-name.ts'
import { valueAt } from './tree.ts'

type Issue = z.core.$ZodIssue

/**
 * Turns issues into findings. `tree` is the value as it was written, before any credential was put in: nothing else
 * may be quoted. `least` has the least that may be written where a key is missing, by its path with dots.
 */
export function schemaFindings(
  issues: readonly Issue[],
  schema: z.ZodType,
  tree: unknown,
  least: Readonly<Record<string, string>> = {},
): Finding[] {
  const meant = new Set(issues.flatMap(issue => meantKeys(issue, schema, tree)))
  return issues.flatMap(issue =>
    isMissing(issue, tree) && meant.has(JSON.stringify(pathOf(issue)))
      ? []
      : findingsOf(issue, schema, tree).map(finding => withLeast(finding, tree, least)),
  )
}

function withLeast(finding: Finding, tree: unknown, least: Readonly<Record<string, string>>): Finding {
  const text = valueAt(tree, finding.path) === undefined ? least[finding.path.join('.')] : undefined
  return text === undefined ? finding : { ...finding, hint: `the least is \`${text}\`` }
}

/** The paths that keys nobody knows are most likely meant for: what is only misspelt is not missing as well. */
function meantKeys(issue: Issue, schema: z.ZodType, tree: unknown): string[] {
  if (issue.code !== 'unrecognized_keys') return []
  const path = pathOf(issue)
  const known = knownKeys(schema, path, tree)
  return issue.keys.flatMap(key => {
    const nearest = nearestName(key, known)
    return nearest === undefined ? [] : [JSON.stringify([...path, nearest])]
  })
}

function pathOf({ path }: Issue): (string | number)[] {
  return path.map(part => (typeof part === 'symbol' ? String(part) : part))
}

function isMissing(issue: Issue, tree: unknown): boolean {
  return issue.path.length > 0 && valueAt(tree, pathOf(issue)) === undefined
}

function findingsOf(issue: Issue, schema: z.ZodType, tree: unknown): Finding[] {
  const path = pathOf(issue)
  if (issue.code === 'unrecognized_keys') {
    const known = knownKeys(schema, path, tree)
    return issue.keys.map(key => ({
      path: [...path, key],
      at: 'key',
      message: `unknown key \`${key}\``,
      hint: nameHint(key, known),
    }))
  }
  if (isMissing(issue, tree)) return [{ path, message: `${subjectOf(path)} is required` }]
  if (issue.code === 'invalid_key') {
    return [
      { path, at: 'key', message: `${subjectOf(path)} ${issue.issues[0]?.message ?? 'is not a valid name'}` },
    ]
  }
  const meant = issue.code === 'invalid_union' ? meantOf(issue, valueAt(tree, path)) : undefined
  if (meant !== undefined) {
    const inside = meant.map(inner => ({ ...inner, path: [...issue.path, ...inner.path] }))
    return schemaFindings(inside, schema, tree)
  }
  const written = valueAt(tree, path)
  const options = optionsOf(issue, schema, path, tree)
  const message = `${subjectOf(path)} ${problemOf(issue, written, options)}`
  return [
    {
      path,
      message,
      hint: typeof written === 'string' && options.length > 0 ? didYouMean(written, options) : undefined,
    },
  ]
}

/** Of several forms, what is wrong with the one that was meant: a mapping is the long form, a list the one with items, anything else the short one. */
function meantOf(issue: Issue & { code: 'invalid_union' }, written: unknown): readonly Issue[] | undefined {
  if (issue.discriminator !== undefined) return undefined
  const isMapping = typeof written === 'object' && written !== null && !Array.isArray(written)
  const isOfForm = (errors: readonly Issue[]): boolean =>
    errors.every(({ code, path }) => path.length > 0 || (code === 'unrecognized_keys') === isMapping)
  const isInside = (errors: readonly Issue[]): boolean => errors.every(({ path }) => path.length > 0)
  return (Array.isArray(written) ? issue.errors.find(isInside) : undefined) ?? issue.errors.find(isOfForm)
}

function didYouMean(written: string, options: readonly string[]): string | undefined {
  const hint = nameHint(written, options)
  return hint?.startsWith('did') ? hint : undefined
}

function subjectOf(path: Path): string {
  const key = path.findLast(part => typeof part === 'string')
  if (key === undefined) return 'the file'
  const last = path.at(-1)
  return typeof last === 'number' ? `item ${last + 1} of \`${key}\`` : `\`${key}\``
}

function problemOf(issue: Issue, written: unknown, options: readonly string[]): string {
  if (options.length > 0) return `must be ${options.length > 1 ? 'one of ' : ''}${options.join(', ')}`
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${kindNames[issue.expected] ?? issue.expected}, not ${kindOf(written)}`
    case 'too_small':
      return issue.origin === 'number' || issue.origin === 'int'
        ? `must be at least ${issue.minimum}`
        : `must have at least ${issue.minimum} ${unitOf(issue.origin)}`
    case 'too_big':
      return issue.origin === 'number' || issue.origin === 'int'
        ? `must be at most ${issue.maximum}`
        : `must have at most ${issue.maximum} ${unitOf(issue.origin)}`
    case 'invalid_format':
      return issue.message === 'Invalid URL' ? 'must be a URL' : issue.message
    default:
      return issue.message
  }
}

const kindNames: Record<string, string> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a mapping',
  record: 'a mapping',
}

function kindOf(value: unknown): string {
  if (value === null) return 'empty'
  if (Array.isArray(value)) return 'a list'
  return kindNames[typeof value] ?? typeof value
}

function unitOf(origin: string): string {
  return origin === 'array' ? 'item(s)' : 'character(s)'
}

function optionsOf(issue: Issue, schema: z.ZodType, path: Path, tree: unknown): string[] {
  if (issue.code === 'invalid_value') return issue.values.map(String)
  if (issue.code !== 'invalid_union' || issue.discriminator === undefined) return []
  const union = unwrap(schemaAt(schema, path.slice(0, -1), tree))
  return union.options?.flatMap(option => discriminatorsOf(option, issue.discriminator ?? '')) ?? []
}

/** What we read of zod's definitions; see "zod/v4/core", which documents `_zod.def` for library authors. */
interface Definition {
  type: string
  innerType?: z.ZodType
  in?: z.ZodType
  out?: z.ZodType
  element?: z.ZodType
  valueType?: z.ZodType
  shape?: Record<string, z.ZodType>
  options?: z.ZodType[]
  values?: unknown[]
  discriminator?: string
}

function unwrap(schema: z.ZodType | undefined): Definition {
  const definition = schema?._zod.def as Definition | undefined
  const inner = definition?.innerType ?? definition?.in
  return inner === undefined ? (definition ?? { type: 'unknown' }) : unwrap(inner)
}

function discriminatorsOf(option: z.ZodType, key: string): string[] {
  return unwrap(unwrap(option).shape?.[key]).values?.map(String) ?? []
}

function knownKeys(schema: z.ZodType, path: Path, tree: unknown): string[] {
  return Object.keys(unwrap(chosen(schemaAt(schema, path, tree), valueAt(tree, path))).shape ?? {})
}

function schemaAt(schema: z.ZodType, path: Path, tree: unknown): z.ZodType | undefined {
  let at: z.ZodType | undefined = schema
  for (const [depth, part] of path.entries()) {
    const definition = unwrap(chosen(at, valueAt(tree, path.slice(0, depth))))
    at = definition.shape?.[part] ?? definition.element ?? definition.valueType
  }
  return at
}

/** Of a union of kinds, the one that the written `kind` names; of a short and a long form, the long one for a mapping, and that with items for a list. */
function chosen(schema: z.ZodType | undefined, value: unknown): z.ZodType | undefined {
  const { options, discriminator } = unwrap(schema)
  if (options === undefined) return schema
  if (discriminator === undefined) return formOf(options, value) ?? schema
  const written = valueAt(value, [discriminator])
  return options.find(option => discriminatorsOf(option, discriminator).includes(String(written)))
}

function formOf(options: readonly z.ZodType[], value: unknown): z.ZodType | undefined {
  if (Array.isArray(value)) return options.find(option => unwrap(option).element !== undefined)
  if (typeof value !== 'object' || value === null) return undefined
  const isLong = (key: 'shape' | 'valueType') => (option: z.ZodType) => unwrap(option)[key] !== undefined
  return options.find(isLong('shape')) ?? options.find(isLong('valueType'))
}
