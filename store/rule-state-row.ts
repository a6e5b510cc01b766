import type { RuleAlert, RuleState } from '../contracts/rule.ts'

/** What a rule remembers between two evaluations, as its row has it. */
export interface RuleRow {
  name: string
  hash: string
  phase: RuleState['phase']
  sinceMs: number
  heldAtMs: number | null
  clearSinceMs: number | null
  reportedAtMs: number | null
  reported: RuleAlert | null
  samples: RuleState['samples']
  value: number | null
  measuredAtMs: number | null
  problem_code: NonNullable<RuleState['problem']>['code'] | null
  problem: string | null
  problemSinceMs: number | null
}

/** The columns of a `RuleRow`; `row` is the name that the statement gives the table. */
export function stateColumnsOf(row: string): string {
  const time = (column: string, name: string): string => ms(`${row}.${column}`, name)
  return `${row}.name, ${row}.hash, ${row}.phase, ${time('since', 'sinceMs')}, ${time('held_at', 'heldAtMs')},
    ${time('clear_since', 'clearSinceMs')}, ${time('reported_at', 'reportedAtMs')}, ${row}.reported, ${row}.samples, ${row}.value,
    ${time('measured_at', 'measuredAtMs')}, ${row}.problem_code, ${row}.problem, ${time('problem_since', 'problemSinceMs')}`
}

export function toState(row: RuleRow): RuleState {
  const { heldAtMs, clearSinceMs, reportedAtMs, value, measuredAtMs } = row
  return {
    phase: row.phase,
    sinceMs: row.sinceMs,
    samples: row.samples,
    ...(heldAtMs === null ? {} : { heldAtMs }),
    ...(clearSinceMs === null ? {} : { clearSinceMs }),
    ...(reportedAtMs === null ? {} : { reportedAtMs }),
    ...(value === null ? {} : { value }),
    ...(measuredAtMs === null ? {} : { measuredAtMs }),
    ...(row.problem_code === null || row.problem === null || row.problemSinceMs === null
      ? {}
      : { problem: { code: row.problem_code, message: row.problem, sinceMs: row.problemSinceMs } }),
  }
}

/** A time, or the distance of two, in milliseconds. */
export function ms(expression: string, name: string): string {
  return `round(extract(epoch from ${expression}) * 1000)::float8 as "${name}"`
}
