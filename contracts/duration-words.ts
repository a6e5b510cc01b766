const units = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
] as const

/** A duration as a sentence says it, in the largest unit that divides it: `15 minutes`, `1 hour`, `90 seconds`, `0.5 seconds`. */
export function durationInWords(ms: number): string {
  const [unit, size] = units.find(([, size]) => ms % size === 0) ?? (['second', 1_000] as const)
  const amount = ms / size
  return `${amount} ${unit}${amount === 1 ? '' : 's'}`
}
