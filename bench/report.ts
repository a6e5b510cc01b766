import { spreadOf, type Spread } from './arithmetic.ts'
import { type Figure, judge, type Judged, ratioTo } from './figure.ts'
import type { Machine } from './machine.ts'
import type { Change } from './results.ts'

/** The table as Markdown, so that it can be read in a terminal and pasted into docs/performance.md. */
export function tableOf(figures: readonly Figure[]): string {
  const rows = figures.map(figure => [
    figure.what,
    shown(spreadOf(figure.rounds), figure.unit),
    figure.beside.map(peer => besideText(figure, peer.name)).join('; ') || '-',
    judge(figure).map(aimText).join('; ') || '-',
  ])
  const made = figures.flatMap(({ what, madeOf = {} }) => {
    const counts = Object.entries(madeOf).map(([name, count]) => `${count} ${name}`)
    return counts.length === 0 ? [] : [`\n${what}: ${counts.join(', ')}`]
  })
  return [markdown([['Measured', 'Paramedic', 'Ratio', 'Aim'], ...rows]), ...made].join('\n')
}

export function changesOf(changes: readonly Change[]): string {
  const rows = changes.map(({ id, of, before, now, verdict }) => [
    id,
    of,
    digits(before),
    digits(now),
    verdict,
  ])
  return markdown([['Figure', 'Of', 'Before', 'Now', 'Verdict'], ...rows])
}

export function machineText(machine: Machine): string {
  const versions = Object.entries(machine.versions).map(([name, version]) => `${name} ${version}`)
  return [
    `${machine.cores} x ${machine.model}, ${machine.memoryGiB} GiB, ${machine.system}`,
    `node ${machine.node}, ${versions.join(', ')}`,
    `load average at the start: ${machine.loadAverage.join(' ')}`,
  ].join('\n')
}

function besideText(figure: Figure, name: string): string {
  const peer = figure.beside.find(candidate => candidate.name === name)!
  const value = shown(spreadOf(peer.rounds), figure.unit)
  return `${shown(ratioTo(figure, name), 'x')} of ${name} (${value})`
}

function aimText({ peer, atMost, atLeast, isMet }: Judged): string {
  const limit = atMost === undefined ? `at least ${atLeast}` : `at most ${atMost}`
  return `${limit}${peer === undefined ? '' : `x of ${peer}`}: ${isMet ? 'met' : 'MISSED'}`
}

/** `12.3 ms [11.9-14.0]`; the spread is left out when there was one round. */
function shown({ median, lowest, highest }: Spread, unit: string): string {
  const value = `${digits(median)}${unit === 'x' || unit === '/s' ? unit : ` ${unit}`}`
  return lowest === highest ? value : `${value} [${digits(lowest)}-${digits(highest)}]`
}

/** Three significant digits, never with an exponent. */
function digits(value: number): string {
  if (!Number.isFinite(value)) return String(value)
  return String(Math.abs(value) >= 100 ? Math.round(value) : Number(value.toPrecision(3)))
}

function markdown([head = [], ...rows]: string[][]): string {
  const widths = head.map((_, column) => Math.max(3, ...[head, ...rows].map(row => row[column]?.length ?? 0)))
  const line = (cells: string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column]!)).join(' | ')} |`
  return [line(head), line(widths.map(width => '-'.repeat(width))), ...rows.map(line)].join('\n')
}
