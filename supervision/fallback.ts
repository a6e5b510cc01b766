import { createHash } from 'node:crypto'
import type { KnownFinding } from '../store/supervision-findings.ts'
import { adviseOn } from './advice.ts'

/** What Paramedic says about itself. */
export interface SupervisionMessage {
  /** The same for every repetition, so that a receiver can drop doubles. */
  id: string
  /** True when it says that trouble has ended. */
  isOver: boolean
  /** One line that says by itself what is the matter. */
  title: string
  /** One for each finding. */
  lines: string[]
  /** The command or sentence to begin with. */
  todo: string
  atMs: number
}

/** The way to people that needs neither Temporal nor a worker. Resolves with the channel that took it; rejects when none did. */
export interface Fallback {
  send(message: SupervisionMessage, signal: AbortSignal): Promise<string>
}

/** A message has this many findings one by one; `doctor` has all. */
const told = 20
const doctor = 'npx paramedic doctor'

export function foundMessage(findings: readonly KnownFinding[], atMs: number): SupervisionMessage {
  const [first] = findings.map(adviseOn)
  return {
    id: idOf('found', findings),
    isOver: false,
    title: `${whatIsWanted(findings)}: ${headline(findings)}`,
    lines: findingLines(findings, finding => {
      const { what, todo } = adviseOn(finding)
      return `${what} since ${timeOf(finding.sinceMs)}: ${short(finding.subject)}. To do: ${todo}`
    }),
    todo: findings.length === 1 && first !== undefined ? first.todo : doctor,
    atMs,
  }
}

export function overMessage(findings: readonly KnownFinding[], atMs: number): SupervisionMessage {
  return {
    id: idOf('over', findings),
    isOver: true,
    title: `Over: ${headline(findings)}`,
    lines: findingLines(findings, finding => `over: ${adviseOn(finding).what}: ${short(finding.subject)}`),
    todo: doctor,
    atMs,
  }
}

/** An overdue post-mortem is nobody's fault but people's. */
function whatIsWanted(findings: readonly KnownFinding[]): string {
  return findings.every(({ kind }) => kind === 'postmortem-overdue')
    ? 'Somebody has to write'
    : 'Paramedic itself needs help'
}

function headline(findings: readonly KnownFinding[]): string {
  const [first] = findings
  if (findings.length === 1 && first !== undefined) return `${adviseOn(first).what}: ${short(first.subject)}`
  const counts = new Map<string, number>()
  for (const { what } of findings.map(adviseOn)) counts.set(what, (counts.get(what) ?? 0) + 1)
  return [...counts].map(([what, count]) => `${count} × ${what}`).join(', ')
}

function findingLines(findings: readonly KnownFinding[], line: (finding: KnownFinding) => string): string[] {
  const left = findings.length - told
  const rest = left > 0 ? [`and ${left} more: ${doctor}`] : []
  return [...findings.slice(0, told).map(line), ...rest]
}

/** A dedup key can be as long as the labels of an alert. */
function short(subject: string): string {
  return subject.length > 200 ? `${subject.slice(0, 199)}…` : subject
}

function timeOf(ms: number): string {
  return new Date(ms).toISOString()
}

function idOf(about: string, findings: readonly KnownFinding[]): string {
  const ids = findings.map(({ id }) => id).join()
  return `supervision/${about}/${createHash('sha256').update(ids).digest('hex').slice(0, 16)}`
}
