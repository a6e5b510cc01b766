/** Finds values under which conditions hold, by trying those that the conditions themselves speak of. */

export type Value = string | number | boolean | undefined
/** By the name of what has it. */
export type Assignment = ReadonlyMap<string, Value>

export interface Demand {
  /** Of everything it reads. */
  names: readonly string[]
  isMet(values: Assignment): boolean
}

/** More tries than these are no thought of a person, and take a second. */
const mostTries = 20_000

/** Values of everything that the demands read; undefined when none of the candidates meet all demands. */
export function solve(
  demands: readonly Demand[],
  candidatesOf: (name: string) => readonly Value[],
): Assignment | 'too-many' | undefined {
  const names = [...new Set(demands.flatMap(demand => demand.names))]
  /** Those that can be judged once so many names have a value. */
  const judgedAt = Map.groupBy(demands, demand =>
    Math.max(0, ...demand.names.map(name => names.indexOf(name) + 1)),
  )
  const values = new Map<string, Value>()
  let tries = 0

  function assign(count: number): boolean {
    tries += 1
    if (tries > mostTries) return false
    if (!(judgedAt.get(count) ?? []).every(demand => demand.isMet(values))) return false
    const name = names[count]
    if (name === undefined) return true
    for (const candidate of candidatesOf(name)) {
      values.set(name, candidate)
      if (assign(count + 1)) return true
    }
    values.delete(name)
    return false
  }

  if (assign(0)) return values
  return tries > mostTries ? 'too-many' : undefined
}
