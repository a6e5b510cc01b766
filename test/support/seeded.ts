/** Chance that can be repeated: the seed is printed, and TEST_SEED brings the same run back. */
export interface Seeded {
  seed: number
  /** A whole number from `low` to `high`, both possible. */
  between(low: number, high: number): number
  flip(): boolean
  shuffled<T>(items: readonly T[]): T[]
}

export function seeded(name: string): Seeded {
  const seed = Number(process.env['TEST_SEED'] ?? Date.now() % 2 ** 31)
  console.log(`${name}: TEST_SEED=${seed}`)
  let state = seed
  // mulberry32: small, and good enough to vary the order of things.
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const between = (low: number, high: number): number => low + Math.floor(next() * (high - low + 1))
  return {
    seed,
    between,
    flip: () => next() < 0.5,
    shuffled<T>(items: readonly T[]): T[] {
      return items
        .map(item => ({ item, order: next() }))
        .toSorted((a, b) => a.order - b.order)
        .map(({ item }) => item)
    },
  }
}

/** Works through `items`, `atOnce` at a time: races inside a chunk, and no pool that everybody waits for. */
export async function inChunks<T, R>(
  items: readonly T[],
  atOnce: number,
  work: (item: T, index: number) => Promise<R>,
): Promise<R[]> {
  const results: R[] = []
  for (let start = 0; start < items.length; start += atOnce) {
    const chunk = items.slice(start, start + atOnce)
    results.push(...(await Promise.all(chunk.map((item, offset) => work(item, start + offset)))))
  }
  return results
}
