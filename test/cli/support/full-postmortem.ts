import type { TimelineEntry } from '../../../contracts/timeline.ts'
import type { PostmortemView } from '../../../contracts/postmortem-views.ts'
import { foldFacts } from '../../../postmortem/facts.ts'
import { fullSections } from '../../support/postmortems.ts'
import { fullTimeline, number } from './full-timeline.ts'

/** The post-mortem of the incident in which everything happens: opened again, one section and one owner are missing. */
export function postmortemOf(timeline: readonly TimelineEntry[] = fullTimeline): PostmortemView {
  return {
    incident: number,
    title: "The shop's database pool is exhausted",
    severity: 'SEV1',
    system: 'shop',
    environment: 'sandbox',
    owner: 'platform',
    state: 'draft',
    version: 3,
    shownVersion: 3,
    dueAt: '2025-03-16T03:05:12Z',
    isOverdue: false,
    draftedAt: '2025-03-14T03:05:15Z',
    reviewedAt: null,
    reviewedBy: null,
    publishedVersion: 2,
    publishedAt: '2025-03-14T03:06:41Z',
    publishedBy: 'ana',
    facts: foldFacts(timeline),
    sections: { ...fullSections, lessons: '' },
    ticked: ['trends'],
    actionItems: [
      {
        item: 1,
        text: 'Give connections back in one place',
        owner: 'ana',
        dueOn: '2025-03-28',
        doneAt: '2025-03-20T10:00:00Z',
        doneBy: 'cleo',
        note: 'released with 2.4',
      },
      { item: 2, text: 'Alert on growth', owner: null, dueOn: null, doneAt: null, doneBy: null, note: null },
    ],
    contentHash: 'c'.repeat(64),
    writtenBy: 'ben',
    writtenAt: '2025-03-14T03:07:01Z',
    missing: ['Lessons'],
    versions: [],
  }
}
