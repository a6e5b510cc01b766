/** The documentation as tests read it: pages, sections, tables, code. */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

export const projectDir = fileURLToPath(new URL('../../', import.meta.url))

export interface Page {
  /** Relative to the project. */
  file: string
  text: string
}

export interface Section {
  level: number
  title: string
  body: string
}

const skipped = ['node_modules', '.git', '.paramedic', 'coverage']

/** Every Markdown page of the project. */
export function allPages(): Page[] {
  const below = (folder: string): string[] =>
    readdirSync(folder, { withFileTypes: true })
      .filter(entry => !skipped.includes(entry.name))
      .flatMap(entry => {
        const path = join(folder, entry.name)
        if (entry.isDirectory()) return below(path)
        return entry.name.endsWith('.md') ? [path] : []
      })
  return below(projectDir).map(path => page(relative(projectDir, path)))
}

export function page(file: string): Page {
  return { file, text: source(file) }
}

/** The runbooks that come with Paramedic. */
export function shippedRunbooks(): Page[] {
  const files = readdirSync(join(projectDir, 'runbooks'), { recursive: true, encoding: 'utf8' })
  return files
    .filter(file => file.endsWith('.yaml') && !file.endsWith('.drill.yaml'))
    .toSorted()
    .map(file => page(join('runbooks', file)))
}

export function source(file: string): string {
  return readFileSync(join(projectDir, file), 'utf8')
}

/** Headings outside of code, each with the text up to the next one. */
export function sections({ text }: Page): Section[] {
  const found: Section[] = []
  let isCode = false
  for (const line of text.split('\n')) {
    if (line.trimStart().startsWith('```')) isCode = !isCode
    const heading = isCode ? null : /^(#{1,6}) (.+)$/.exec(line)
    const last = found.at(-1)
    if (heading !== null) found.push({ level: heading[1]!.length, title: heading[2]!, body: '' })
    else if (last !== undefined) last.body += `${line}\n`
  }
  return found
}

/** Titles that are nothing but code, such as `bad_json`, in the order they stand. */
export function codeTitles(of: Page): string[] {
  return sections(of).flatMap(({ title }) => /^`([^`]+)`$/.exec(title)?.[1] ?? [])
}

/** The section whose title is this code. */
export function sectionOf(of: Page, code: string): string {
  return sections(of).find(({ title }) => title === `\`${code}\``)?.body ?? ''
}

/** The part of a page below a heading of the second level. */
export function chapter({ text }: Page, title: string): string {
  return text.split(/^## /m).find(part => part.startsWith(`${title}\n`)) ?? ''
}

/** The rows of all tables in a text as cells, without headers. */
export function tableRows(text: string): string[][] {
  const lines = text.split('\n')
  return lines.flatMap((line, index) => {
    const isRow = line.startsWith('|') && !isRule(line) && !isRule(lines[index + 1] ?? '')
    return isRow
      ? [
          line
            .slice(1, -1)
            .split('|')
            .map(cell => cell.trim()),
        ]
      : []
  })
}

function isRule(line: string): boolean {
  return /^\|[ :|-]+\|$/.test(line)
}

/** The code blocks of a language. */
export function codeBlocks({ text }: Page, language: string): string[] {
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\n([^]*?)^\`\`\``, 'gm'))].map(match => match[1]!)
}

/** Links to other files of the project: the file, and the heading behind `#`. */
export function localLinks({ file, text }: Page): { target: string; anchor: string | undefined }[] {
  return [...text.matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)/g)].map(([, path = '', anchor]) => {
    const folder = dirname(join(projectDir, file))
    return { target: path === '' ? join(projectDir, file) : resolve(folder, path), anchor }
  })
}

/** The anchor that GitHub gives a heading. */
export function anchorOf(title: string): string {
  return title
    .toLowerCase()
    .replace(/[^\p{L}\p{N}_\- ]/gu, '')
    .replaceAll(' ', '-')
}

/** A value for a reference of an example: of the right shape, and no two alike. */
export function exampleValue({ name }: { name: string }): string {
  if (name.endsWith('slack-webhook')) return 'https://hooks.example/T0/B0'
  if (name.endsWith('-url'))
    return `${name.includes('cache') ? 'redis' : 'postgresql'}://somebody@host.example/0`
  return Buffer.from(`the credential ${name}`.padEnd(60)).toString('base64')
}
