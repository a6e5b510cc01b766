import { postmortemChecklist, postmortemDeadlineOf, postmortemSections } from '../../contracts/postmortem.ts'
import { because, type EntryOf, listed, nameOf, type Narration, type NarrationWords } from './narration.ts'
import { punctuality } from './pages.ts'

type Kind =
  | 'postmortem.drafted'
  | 'postmortem.edited'
  | 'postmortem.reviewed'
  | 'postmortem.published'
  | 'postmortem.reopened'
  | 'action-item.done'

export function narratePostmortem(entry: EntryOf<Kind>, { clock }: NarrationWords): Narration {
  const who = nameOf(entry.actor)
  switch (entry.kind) {
    case 'postmortem.drafted': {
      const { dueAt } = entry.data
      const due = dueAt === undefined ? '; no date is set' : `, due ${clock.exact(Date.parse(dueAt))}`
      const text = `Drafted the post-mortem from the record${due}`
      return { text, tone: 'plain', detail: ticks(entry.data.ticked, 'ticked') }
    }
    case 'postmortem.edited':
      return edited(who, entry.data)
    case 'postmortem.reviewed': {
      const { version, writtenBy, comment } = entry.data
      const text = `${who} reviewed version ${version} of the post-mortem, written by ${writtenBy}`
      return { text: text + because(comment), tone: 'good' }
    }
    case 'postmortem.published': {
      const { version, reviewedBy } = entry.data
      const review = reviewedBy === undefined ? 'without a review' : `reviewed by ${reviewedBy}`
      return { text: `${who} published version ${version} of the post-mortem, ${review}`, tone: 'good' }
    }
    case 'postmortem.reopened': {
      const { version, reason } = entry.data
      const text = `${who} opened the post-mortem again as version ${version}${because(reason)}`
      return { text, tone: 'attention' }
    }
    case 'action-item.done': {
      const { item, text, note } = entry.data
      return {
        text: `${who} did action item ${item}: ${text}`,
        tone: 'good',
        ...(note && { detail: [note] }),
      }
    }
    default:
      return entry satisfies never
  }
}

function edited(who: string, data: EntryOf<'postmortem.edited'>['data']): Narration {
  const { version, sections, ticked, unticked, actionItems } = data
  const changed = [
    ...sections.map(id => titleOf(postmortemSections, id).toLowerCase()),
    ...(actionItems.length === 0 ? [] : [`action items ${actionItems.join(', ')}`]),
  ]
  const what = changed.length === 0 ? '' : `: ${listed(changed)}`
  return {
    text: `${who} wrote version ${version} of the post-mortem${what}`,
    tone: 'plain',
    detail: [...ticks(ticked, 'ticked'), ...ticks(unticked, 'not ticked any more')],
  }
}

function ticks(ids: readonly string[], told: string): string[] {
  return ids.map(id => `${told}: ${titleOf(postmortemChecklist, id)}`)
}

/** A newer service may know more of them. */
function titleOf(all: readonly { id: string; title: string }[], id: string): string {
  return all.find(one => one.id === id)?.title ?? id
}

export function narratePostmortemPage(
  entry: EntryOf<'page.sent' | 'page.suppressed' | 'page.failed'>,
  { clock }: NarrationWords,
): Narration {
  const isReminder = postmortemDeadlineOf(entry.data.pageId) === 'reminder'
  if (entry.kind === 'page.suppressed') {
    const what = isReminder ? 'Reminding of the post-mortem' : 'Paging for the post-mortem'
    return { text: `${what} was not needed${because(entry.data.because)}`, tone: 'quiet' }
  }
  const { to, dueAt, latenessMs } = entry.data
  const told = isReminder ? 'that the post-mortem is not published yet' : 'because the post-mortem is overdue'
  if (entry.kind === 'page.failed') {
    const why = Object.entries(entry.data.failures).map(([channel, problem]) => `${channel}: ${problem}`)
    const at = clock.near(Date.parse(dueAt), entry.atMs)
    return { text: `Could not tell ${listed(to)} ${told} (due ${at})${because(why.join('; '))}`, tone: 'bad' }
  }
  const verb = isReminder ? 'Reminded' : 'Paged'
  return {
    text: `${verb} ${listed(to)} ${told}, ${punctuality(latenessMs)}`,
    tone: isReminder ? 'plain' : 'attention',
  }
}
