/** How entries make a post-mortem: the same rules as store/postmortems.ts, told once more by whoever checks it. */
import type { TimelineEntry } from '../contracts/timeline.ts'
import { personOf } from './by-person.ts'
import type { Known } from './known.ts'

type PostmortemEntry = Extract<TimelineEntry, { kind: `postmortem.${string}` }>

export function learnPostmortem(known: Known, entry: PostmortemEntry): void {
  const { kind, data, atMs } = entry
  if (kind === 'postmortem.drafted') {
    const first = { contentHash: data.contentHash, writtenBy: null, atMs }
    known.postmortem = {
      state: 'draft',
      dueAt: data.dueAt ?? null,
      draftedMs: atMs,
      versions: new Map([[data.version, first]]),
    }
    return
  }
  const { postmortem } = known
  const person = personOf(entry)
  if (postmortem === undefined || person === undefined) return
  switch (kind) {
    case 'postmortem.edited':
    case 'postmortem.reopened': {
      const before = postmortem.versions.get(data.version - 1)?.contentHash
      const contentHash = kind === 'postmortem.edited' ? data.contentHash : before
      postmortem.versions.set(data.version, { contentHash, writtenBy: person.by, atMs })
      postmortem.state = 'draft'
      delete postmortem.reviewed
      return
    }
    case 'postmortem.reviewed':
      postmortem.state = 'reviewed'
      postmortem.reviewed = person
      return
    case 'postmortem.published': {
      const version = postmortem.versions.get(data.version)
      if (version !== undefined) version.factsHash = data.factsHash
      postmortem.state = 'published'
      postmortem.published = { ...person, version: data.version }
      postmortem.firstPublishedMs ??= atMs
      return
    }
    default:
      entry satisfies never
  }
}
