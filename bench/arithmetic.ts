/** What is done with samples: percentiles by nearest rank, medians, and ratios of what was measured in the same round. */

/** The smallest sample that at least `percent` of all samples do not exceed; NaN of none. */
export function percentile(samples: readonly number[], percent: number): number {
  const sorted = samples.toSorted((a, b) => a - b)
  const rank = Math.max(1, Math.ceil((percent / 100) * sorted.length))
  return sorted[rank - 1] ?? Number.NaN
}

/** The middle sample, or the mean of the two in the middle; NaN of none. */
export function median(samples: readonly number[]): number {
  const sorted = samples.toSorted((a, b) => a - b)
  const upper = sorted.length >> 1
  const [low, high] = [sorted[sorted.length % 2 === 1 ? upper : upper - 1], sorted[upper]]
  return low === undefined || high === undefined ? Number.NaN : (low + high) / 2
}

export interface Spread {
  median: number
  lowest: number
  highest: number
}

export function spreadOf(rounds: readonly number[]): Spread {
  return { median: median(rounds), lowest: Math.min(...rounds), highest: Math.max(...rounds) }
}

/**
 * Ours over theirs, round by round: both of a round met the same noise of the machine. A peer that was measured once
 * stands for every round. Throws when the rounds do not pair up.
 */
export function ratios(ours: readonly number[], theirs: readonly number[]): number[] {
  if (theirs.length !== ours.length && theirs.length !== 1)
    throw new RangeError(`${ours.length} rounds cannot be compared with ${theirs.length}.`)
  return ours.map((value, round) => value / (theirs[round] ?? theirs[0]!))
}
