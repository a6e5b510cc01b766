import { CodedError } from '../contracts/coded-error.ts'
import { limits } from '../contracts/limits.ts'

/**
 * Lets people ask what costs production something, one question after the other and so many in a minute; per process, like
 * everything else that one process has to bear. Throws `too_many_questions`.
 */
export function createAskSeldom(
  clock: () => number,
): <T>(who: string, answer: () => Promise<T>) => Promise<T> {
  const underWay = new Set<string>()
  const asked = new Map<string, number[]>()

  return async (who, answer) => {
    const now = clock()
    const lately = (asked.get(who) ?? []).filter(atMs => atMs > now - minuteMs)
    const refusal = whyNot(who, underWay, lately.length)
    if (refusal !== undefined) throw new CodedError('too_many_questions', refusal)
    asked.set(who, [...lately, now])
    underWay.add(who)
    try {
      return await answer()
    } finally {
      underWay.delete(who)
    }
  }
}

const minuteMs = 60_000

function whyNot(who: string, underWay: ReadonlySet<string>, lately: number): string | undefined {
  if (underWay.has(who)) return `${who} has asked, and the answer is not there yet.`
  if (underWay.size >= limits.foreseesAtOnce)
    return `${underWay.size} people are asking targets through this process already.`
  return lately >= limits.foreseesPerMinute ? `${who} has asked ${lately} times in a minute.` : undefined
}
