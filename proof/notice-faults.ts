import type { IncidentRows, NoticeRow } from '../contracts/audit-views.ts'
import type { TriedNotice } from '../contracts/timeline.ts'
import { differences, inBoth } from './differences.ts'
import type { Known } from './known.ts'
import type { Found } from './row-fault.ts'

/**
 * Who was reached, how and when. What a channel has taken never changes again. A try that failed may be made once more by a worker that
 * was given up for dead, so of those only what was not taken is held against the entry.
 */
export function noticeFaults({ notices }: Known, { notices: rows }: IncidentRows): Found[] {
  return [...notices].flatMap(([key, { isFinal, tried }]) => {
    const expected = new Map(tried.map(notice => [nameOf(notice), notice]))
    const actual = rows.filter(row => row.key === key)
    return inBoth(`notice ${key}`, expected, actual, nameOf).flatMap(pair => {
      if ('says' in pair) return isUnsaid(pair.row, key, actual) && !isFinal ? [] : [pair]
      return faultsOf(pair, isFinal)
    })
  })
}

function nameOf({ recipient, channel }: Pick<TriedNotice, 'recipient' | 'channel'>): string {
  return `${recipient} by ${channel}`
}

/** There is such a row, and no entry of it. */
function isUnsaid(row: string, key: string, actual: readonly NoticeRow[]): boolean {
  return actual.some(one => row === `notice ${key} ${nameOf(one)}`)
}

function faultsOf(
  pair: { row: string; expected: TriedNotice; actual: NoticeRow },
  isFinal: boolean,
): Found[] {
  const { row, expected, actual } = pair
  if (expected.state === 'accepted') return differences(row, actual, expected)
  if (!isFinal) return []
  if (actual.state === 'accepted') return [{ row, says: 'no entry says that the channel took it' }]
  return actual.state === expected.state ? differences(row, actual, { problem: expected.problem }) : []
}
