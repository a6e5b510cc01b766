/** A post-mortem's row, and each version: text and facts have to be those whose hashes were chained. */
import { hashOf } from '../contracts/canonical-json.ts'
import type { IncidentRows, PostmortemRow, PostmortemVersionRow } from '../contracts/audit-views.ts'
import { differences, inBoth, time } from './differences.ts'
import type { Known, KnownPostmortem, KnownVersion } from './known.ts'
import type { Found } from './row-fault.ts'

export function postmortemFaults(
  { postmortem }: Known,
  { incident, postmortem: actual, postmortemVersions }: IncidentRows,
): Found[] {
  const row = `postmortem ${incident.number}`
  if (postmortem === undefined)
    return actual === null ? [] : [{ row, says: 'no entry says that it was drafted' }]
  if (actual === null) return [{ row, says: 'its entries are there and its row is not' }]
  return [
    ...differences(row, actual, expectedRow(postmortem)),
    ...versionFaults(postmortem, postmortemVersions),
  ]
}

function expectedRow(postmortem: KnownPostmortem): PostmortemRow {
  const { state, dueAt, draftedMs, reviewed, published, firstPublishedMs, versions } = postmortem
  return {
    state,
    version: Math.max(...versions.keys()),
    dueAt,
    draftedAt: time(draftedMs),
    reviewedAt: time(reviewed?.atMs),
    reviewedBy: reviewed?.by ?? null,
    publishedVersion: published?.version ?? null,
    publishedAt: time(published?.atMs),
    publishedBy: published?.by ?? null,
    firstPublishedAt: time(firstPublishedMs),
  }
}

function versionFaults({ versions }: KnownPostmortem, rows: readonly PostmortemVersionRow[]): Found[] {
  const expected = new Map([...versions].map(([version, known]) => [String(version), known]))
  return inBoth('postmortem version', expected, rows, ({ version }) => String(version)).flatMap(pair => {
    if ('says' in pair) return [pair]
    const { content, facts } = pair.actual
    const hashes = {
      hashOfContent: hashOf(content ?? null),
      hashOfFacts: facts === null ? null : hashOfText(facts),
    }
    return differences(pair.row, { ...pair.actual, ...hashes }, expectedVersion(pair))
  })
}

/** The kept hash is held against the text also where no entry has it. */
function expectedVersion({ expected, actual }: { expected: KnownVersion; actual: PostmortemVersionRow }) {
  const { writtenBy, atMs, contentHash = actual.contentHash, factsHash = null } = expected
  return { writtenBy, writtenAt: time(atMs), contentHash, hashOfContent: contentHash, hashOfFacts: factsHash }
}

function hashOfText(json: string): string {
  try {
    return hashOf(JSON.parse(json))
  } catch {
    return 'of no JSON'
  }
}
