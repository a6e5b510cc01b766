import {
  postmortemChecklist,
  type PostmortemContent,
  type PostmortemSection,
  postmortemSections,
  type PostmortemTick,
} from '../../contracts/postmortem.ts'
import { nameHint } from '../../language/nearest-name.ts'
import {
  actionItemsHeading,
  checklistHeading,
  createFenceTracker,
  hint,
  howToEdit,
  howToPromise,
  scissors,
} from './file-form.ts'

export interface FileFault {
  line: number
  message: string
}

export interface WrittenPostmortem {
  basedOn: number
  sections: PostmortemContent['sections']
  ticked: PostmortemTick[]
  actionItems: { item?: number; text: string; owner: string | null; dueOn: string | null }[]
}

interface Line {
  number: number
  text: string
}

interface Chapter {
  title: Line
  lines: Line[]
}

const headings: string[] = [
  ...postmortemSections.map(({ title }) => title),
  actionItemsHeading,
  checklistHeading,
]
const hints = new Set([howToEdit, howToPromise, ...postmortemSections.map(({ asks }) => hint(asks))])

/** Reads an edited file strictly: every line means something that is known, or it is a fault with its number. */
export function readPostmortemFile(
  text: string,
  number: string,
): { written: WrittenPostmortem } | { faults: FileFault[] } {
  const faults: FileFault[] = []
  const lines = text
    .replace(/^\ufeff/, '')
    .split(/\r\n|\r|\n/)
    .map((line, index) => ({ number: index + 1, text: line }))
  const end = lines.findIndex(line => line.text.trim() === scissors)
  const own = (end === -1 ? lines : lines.slice(0, end)).filter(line => !hints.has(line.text.trim()))
  const basedOn = readTitle(own, number, faults)
  const chapters = chaptersOf(own, faults)
  const written: WrittenPostmortem = {
    basedOn,
    sections: readSections(chapters),
    ticked: readChecklist(chapters.get(checklistHeading), faults),
    actionItems: readActionItems(chapters.get(actionItemsHeading), faults),
  }
  for (const heading of headings)
    if (!chapters.has(heading))
      faults.push({ line: own.at(-1)?.number ?? 1, message: `the heading "## ${heading}" is missing` })
  return faults.length === 0 ? { written } : { faults: faults.toSorted((a, b) => a.line - b.line) }
}

function readTitle(lines: readonly Line[], number: string, faults: FileFault[]): number {
  const first = lines.find(({ text }) => text.trim() !== '') ?? { number: 1, text: '' }
  const [, named, version] = /^# Post-mortem of (\S+), based on version (\d{1,7})\s*$/.exec(first.text) ?? []
  if (named === undefined)
    faults.push({
      line: first.number,
      message: `the first line has to say "# Post-mortem of ${number}, based on version <number>"`,
    })
  else if (named !== number)
    faults.push({ line: first.number, message: `this is the post-mortem of ${named}, not of ${number}` })
  return Number(version ?? 0)
}

function chaptersOf(lines: readonly Line[], faults: FileFault[]): Map<string, Chapter> {
  const chapters = new Map<string, Chapter>()
  const fences = createFenceTracker()
  const begin = lines.findIndex(({ text }) => text.trim() !== '')
  let chapter: Chapter | undefined
  let blockBegan = 0
  for (const line of lines.slice(begin + 1)) {
    const wasOpen = fences.isOpen()
    const isCode = fences.isInside(line.text)
    if (!wasOpen && fences.isOpen()) blockBegan = line.number
    const [, marks, title = ''] = isCode ? [] : (/^(#{1,2})(?:\s+(.*?))?\s*$/.exec(line.text) ?? [])
    if (marks === undefined) {
      if (chapter !== undefined) chapter.lines.push(line)
      else if (line.text.trim() !== '')
        faults.push({ line: line.number, message: 'text before the first heading belongs nowhere' })
      continue
    }
    chapter = { title: line, lines: [] }
    if (marks !== '##' || !headings.includes(title))
      faults.push({ line: line.number, message: strangeHeading(title) })
    else if (chapters.has(title))
      faults.push({ line: line.number, message: `the heading "## ${title}" is there twice` })
    else chapters.set(title, chapter)
  }
  if (fences.isOpen())
    faults.push({ line: blockBegan, message: 'the code block that begins here does not end' })
  return chapters
}

function strangeHeading(title: string): string {
  const meant = nameHint(title, headings)
  return `"${title}" is no heading of a post-mortem${meant === undefined ? '' : `; ${meant}`} (a heading of your own needs three # or more)`
}

function readSections(chapters: ReadonlyMap<string, Chapter>): PostmortemContent['sections'] {
  const read = ({ id, title }: (typeof postmortemSections)[number]): [PostmortemSection, string] => {
    const fences = createFenceTracker()
    const lines = (chapters.get(title)?.lines ?? []).map(({ text }) =>
      fences.isInside(text) ? text : text.replace(/^\\(?=\\*#{1,2}(?:\s|$))/, ''),
    )
    return [id, lines.join('\n').trim()]
  }
  return Object.fromEntries(postmortemSections.map(read)) as PostmortemContent['sections']
}

function readActionItems(
  chapter: Chapter | undefined,
  faults: FileFault[],
): WrittenPostmortem['actionItems'] {
  return contentOf(chapter).flatMap(line => {
    const [, item, rest] = /^- (?:#(\d{1,7}) )?\s*(\S.*)$/.exec(line.text.trim()) ?? []
    if (rest === undefined) {
      faults.push({ line: line.number, message: 'an action item is "- what | owner: who | due: 2026-12-31"' })
      return []
    }
    const parts = rest.split(/\s+\|\s+/)
    const fields: Record<string, string> = {}
    // From the end: a bar inside the text is text.
    for (;;) {
      const [, name, value] = /^(owner|due|done):\s*(\S.*)$/.exec(parts.at(-1) ?? '') ?? []
      if (name === undefined || value === undefined || parts.length === 1) break
      if (fields[name] !== undefined)
        faults.push({ line: line.number, message: `\`${name}\` is there twice` })
      fields[name] = value
      parts.pop()
    }
    const { owner = null, due = null, done } = fields
    if (due !== null && !isDay(due))
      faults.push({ line: line.number, message: `"${due}" is no day; write it like 2026-12-31` })
    if (done !== undefined && item === undefined)
      faults.push({ line: line.number, message: 'send it first, then say `npx paramedic action done`' })
    const text = parts.join(' | ')
    return [{ ...(item === undefined ? {} : { item: Number(item) }), text, owner, dueOn: due }]
  })
}

function isDay(text: string): boolean {
  const ms = Date.parse(`${text}T00:00:00Z`)
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(text)
}

function readChecklist(chapter: Chapter | undefined, faults: FileFault[]): PostmortemTick[] {
  const titles = postmortemChecklist.map(({ title }) => title as string)
  const seen = new Set<string>()
  const ticked = contentOf(chapter).flatMap(line => {
    const [, mark, title = ''] = /^- \[( |x|X)\] (.*?)$/.exec(line.text.trim()) ?? []
    const known = postmortemChecklist.find(one => one.title === title)
    if (known === undefined) {
      const meant = title === '' ? undefined : nameHint(title, titles)
      const message = `a line of the checklist is "- [x] ${titles[0]}"${meant === undefined ? '' : `; ${meant}`}`
      faults.push({ line: line.number, message })
      return []
    }
    if (seen.has(known.id)) faults.push({ line: line.number, message: `"${title}" is there twice` })
    seen.add(known.id)
    return mark === ' ' ? [] : [known.id]
  })
  if (chapter !== undefined)
    for (const { id, title } of postmortemChecklist)
      if (!seen.has(id))
        faults.push({ line: chapter.title.number, message: `the checklist lacks "${title}"` })
  return postmortemChecklist.flatMap(({ id }) => (ticked.includes(id) ? [id] : []))
}

function contentOf(chapter: Chapter | undefined): Line[] {
  return (chapter?.lines ?? []).filter(({ text }) => text.trim() !== '')
}
