/** What a check saw of a group, short enough for a line: how many answered, between which values, and which target is out of line. */
import { clipped } from './inert-text.ts'

export type MemberResult = { values: Record<string, unknown> } | { problem: string }

/** `answered` and `silent` go first, then the fields in the order of `fields`; targets in the order of their names. */
export function groupSummary(
  members: Readonly<Record<string, MemberResult>>,
  fields: readonly string[] = [],
): Record<string, string> {
  const all = Object.entries(members).toSorted(([a], [b]) => (a < b ? -1 : 1))
  const silent = all.flatMap(([target, one]) =>
    'problem' in one ? [`${target} (${clipped(one.problem, 120)})`] : [],
  )
  const answered = all.flatMap(([target, one]) => ('values' in one ? [{ target, values: one.values }] : []))
  const seen = new Set(answered.flatMap(({ values }) => Object.keys(values)))
  const names = [...fields.filter(name => seen.delete(name)), ...seen]
  return {
    answered: `${answered.length} of ${all.length}`,
    ...(silent.length > 0 && { silent: few(silent) }),
    ...Object.fromEntries(
      names.map(name => {
        const having = answered.filter(({ values }) => Object.hasOwn(values, name))
        return [name, rangeOf(having.map(({ target, values }) => ({ target, value: values[name] })))]
      }),
    ),
  }
}

interface Seen {
  target: string
  value: unknown
}

/** `5 to 812 (edge-3)`: the one with most is the one people look at; `up 2, down 1 (edge-2)`. */
function rangeOf(seen: readonly Seen[]): string {
  const numbers = seen.filter(
    (one): one is { target: string; value: number } => typeof one.value === 'number',
  )
  if (numbers.length !== seen.length) return countsOf(seen)
  const sorted = numbers.toSorted((a, b) => a.value - b.value)
  const [least, most] = [sorted[0], sorted.at(-1)]
  if (least === undefined || most === undefined) return 'nothing'
  if (least.value === most.value) return told(least.value)
  return `${told(least.value)} to ${told(most.value)} (${most.target})`
}

function countsOf(seen: readonly Seen[]): string {
  const byValue = [...Map.groupBy(seen, ({ value }) => String(value))].toSorted(
    (a, b) => b[1].length - a[1].length,
  )
  const [[only] = ['nothing'], ...others] = byValue
  if (others.length === 0) return only
  return byValue
    .slice(0, 3)
    .map(([value, having], index) => {
      const targets = index === 0 ? '' : ` (${few(having.map(({ target }) => target))})`
      return `${value} ${having.length}${targets}`
    })
    .join(', ')
}

function few(names: readonly string[]): string {
  const shown = names.slice(0, 3).join(', ')
  return names.length > 3 ? `${shown} and ${names.length - 3} more` : shown
}

/** Four significant digits: more only hides what matters. */
function told(value: number): string {
  return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(4)))
}
