import { postmortemChecklist, postmortemSections } from '../../contracts/postmortem.ts'
import type { ActionItemView, PostmortemView } from '../../contracts/postmortem-views.ts'
import { factsMarkdown } from '../../postmortem/facts-markdown.ts'
import {
  actionItemsHeading,
  checklistHeading,
  createFenceTracker,
  hint,
  howToEdit,
  howToPromise,
  scissors,
  titleOf,
} from './file-form.ts'

/** The newest version as a file to edit, with what is on record below it. */
export function postmortemFile(view: PostmortemView): string {
  const lines = [
    titleOf(view.incident, view.version),
    howToEdit,
    ...postmortemSections.flatMap(({ id, title, asks }) => [
      '',
      `## ${title}`,
      hint(asks),
      '',
      ...sectionLines(view.sections[id]),
    ]),
    '',
    `## ${actionItemsHeading}`,
    howToPromise,
    '',
    ...view.actionItems.map(itemLine),
    '',
    `## ${checklistHeading}`,
    '',
    ...postmortemChecklist.map(({ id, title }) => `- [${view.ticked.includes(id) ? 'x' : ' '}] ${title}`),
    '',
    scissors,
    ...factsMarkdown(view.facts),
  ]
  return `${lines.join('\n')}\n`
}

/** What would look like a heading of the file is escaped; the reader takes it back. */
function sectionLines(text: string): string[] {
  if (text === '') return []
  const fences = createFenceTracker()
  const lines = text
    .replace(/\r\n?/g, '\n')
    .split('\n')
    .map(line => (fences.isInside(line) ? line : line.replace(/^\\*#{1,2}(?=\s|$)/, String.raw`\$&`)))
  return fences.isOpen() ? [...lines, '```'] : lines
}

function itemLine({ item, text, owner, dueOn, doneAt }: ActionItemView): string {
  const fields = [
    ...(owner === null ? [] : [`owner: ${owner}`]),
    ...(dueOn === null ? [] : [`due: ${dueOn}`]),
    ...(doneAt === null ? [] : [`done: ${doneAt.slice(0, 10)}`]),
  ]
  return [`- #${item} ${text.replace(/\s+/g, ' ')}`, ...fields].join(' | ')
}
