/** Two lists side by side: what belongs together, and what stands alone on either side. */

export interface Pair<E, H> {
  expected?: { value: E; index: number }
  happened?: H
}

interface Costs<E, H> {
  /** 0 when they are the same; undefined when the two have nothing to do with each other. An expected one that is missing costs 1. */
  pair(expected: E, happened: H): number | undefined
  /** What one that nobody expected costs; 0 when others may stand between. */
  extra: number
}

/** The cheapest way to lay both lists side by side without changing the order of either; of several the one that pairs first. */
export function align<E, H>(
  expected: readonly E[],
  happened: readonly H[],
  costs: Costs<E, H>,
): Pair<E, H>[] {
  const cheapest = costTable(expected, happened, costs)
  const pairs: Pair<E, H>[] = []
  let [e, h] = [0, 0]
  while (e < expected.length || h < happened.length) {
    const step = nextStep(expected, happened, costs, cheapest, e, h)
    pairs.push({
      ...(step === 'extra' ? {} : { expected: { value: expected[e]!, index: e } }),
      ...(step === 'missing' ? {} : { happened: happened[h]! }),
    })
    if (step !== 'extra') e += 1
    if (step !== 'missing') h += 1
  }
  return pairs
}

/** Of what is left from each place on in both lists. */
function costTable<E, H>(
  expected: readonly E[],
  happened: readonly H[],
  { pair, extra }: Costs<E, H>,
): Float64Array[] {
  const table = Array.from({ length: expected.length + 1 }, () => new Float64Array(happened.length + 1))
  for (let e = expected.length; e >= 0; e -= 1) {
    for (let h = happened.length; h >= 0; h -= 1) {
      const isOver = e === expected.length && h === happened.length
      const missing = e < expected.length ? 1 + table[e + 1]![h]! : Infinity
      const extraHere = h < happened.length ? extra + table[e]![h + 1]! : Infinity
      const paired =
        e < expected.length && h < happened.length
          ? (pair(expected[e]!, happened[h]!) ?? Infinity) + table[e + 1]![h + 1]!
          : Infinity
      table[e]![h] = isOver ? 0 : Math.min(missing, extraHere, paired)
    }
  }
  return table
}

function nextStep<E, H>(
  expected: readonly E[],
  happened: readonly H[],
  { pair, extra }: Costs<E, H>,
  cheapest: readonly Float64Array[],
  e: number,
  h: number,
): 'pair' | 'missing' | 'extra' {
  const best = cheapest[e]![h]!
  if (e < expected.length && h < happened.length) {
    const cost = pair(expected[e]!, happened[h]!)
    if (cost !== undefined && cost + cheapest[e + 1]![h + 1]! === best) return 'pair'
  }
  const isExtra = h < happened.length && extra + cheapest[e]![h + 1]! === best
  return isExtra ? 'extra' : 'missing'
}
