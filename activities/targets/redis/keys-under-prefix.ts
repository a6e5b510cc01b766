import type { RedisSession } from './connection.ts'

// One SCAN call blocks the server about a tenth of a millisecond at this count, and keys arrive in useful batches.
const SCAN_COUNT = 500
const EXAMPLES = 5

/** The glob pattern that matches exactly the keys with this literal prefix (https://redis.io/commands/keys). */
export function patternOf(prefix: string): string {
  return `${prefix.replace(/[\\*?[\]]/g, '\\$&')}*`
}

/**
 * Keys under a literal prefix, a batch for each SCAN, which may be empty. A key that is there from the first batch to
 * the last is seen at least once, possibly twice. Keys are bytes: decoded, a name that is not UTF-8 would become another.
 */
export async function* keysUnderPrefix(
  session: RedisSession,
  prefix: string,
): AsyncGenerator<Buffer[], void> {
  const start = Buffer.from(prefix)
  const pattern = patternOf(prefix)
  let cursor = '0'
  do {
    const [next, keys] = await session.ask(redis =>
      redis.scanBuffer(cursor, 'MATCH', pattern, 'COUNT', SCAN_COUNT),
    )
    cursor = next.toString()
    // What a compatible server understands under a pattern is its own affair; what is returned from here is not.
    yield keys.filter(key => key.subarray(0, start.length).equals(start))
  } while (cursor !== '0')
}

/** Counts keys once each, up to `atMost`, and keeps a few as examples. */
export async function countKeys(
  session: RedisSession,
  prefix: string,
  atMost: number,
): Promise<{ count: number; isComplete: boolean; examples: Buffer[] }> {
  const seen = new Set<string>()
  const examples: Buffer[] = []
  for await (const batch of keysUnderPrefix(session, prefix)) {
    for (const key of batch) {
      // latin1 keeps every byte, so two different keys stay two.
      const name = key.toString('latin1')
      if (seen.has(name)) continue
      if (seen.size === atMost) return { count: atMost, isComplete: false, examples }
      seen.add(name)
      if (examples.length < EXAMPLES) examples.push(key)
    }
  }
  return { count: seen.size, isComplete: true, examples }
}
