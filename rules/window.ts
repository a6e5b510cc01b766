import type { RuleAggregate, RuleState } from '../contracts/rule.ts'

type Samples = RuleState['samples']

/** The samples of the window that ends now, with the newest one. */
export function slide(samples: Samples, windowMs: number, atMs: number, value: number | undefined): Samples {
  const kept = samples.filter(([sampledAtMs]) => sampledAtMs > atMs - windowMs)
  return value === undefined ? kept : [...kept, [atMs, value]]
}

/** One value out of those of a window; undefined when there are too few, or when it is too large for a number. */
export function aggregated(samples: Samples, aggregate: Exclude<RuleAggregate, 'last'>): number | undefined {
  const values = samples.map(([, value]) => value)
  if (values.length === 0) return undefined
  const result = aggregates[aggregate](values)
  return result !== undefined && Number.isFinite(result) ? result : undefined
}

const aggregates: Record<
  Exclude<RuleAggregate, 'last'>,
  (values: readonly number[]) => number | undefined
> = {
  min: values => Math.min(...values),
  max: values => Math.max(...values),
  avg: values => values.reduce((sum, value) => sum + value, 0) / values.length,
  increase: increaseOf,
}

/** How much a counter rose. A fall is its restart from zero, as in PromQL; unlike there nothing is extrapolated. */
function increaseOf(values: readonly number[]): number | undefined {
  if (values.length < 2) return undefined
  return values
    .slice(1)
    .reduce((sum, value, index) => sum + (value < values[index]! ? value : value - values[index]!), 0)
}
