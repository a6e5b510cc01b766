/** What stands below an incident that is played: its clock, what waits, and the keys. */
import type { GateView, IncidentDetail } from '../../contracts/views.ts'
import { sinceOpening } from '../../drills/moments.ts'
import { askedOf, listed } from '../narrate/narration.ts'
import { hanging, type View } from '../story/view.ts'
import { wholeDuration } from '../terminal/clock.ts'
import { widthOf } from '../terminal/width.ts'
import { type Choice, openGates, type Question } from './choices.ts'

export interface Foot {
  incident: IncidentDetail
  gate: GateView | undefined
  choices: readonly Choice[]
  who: string
  /** What came of the last key, when it was nothing. */
  note: string
  asked: { question: Question; typed: string } | undefined
  isJumping: boolean
}

export function footLines(foot: Foot, view: View): string[] {
  const { incident, note, asked } = foot
  return [
    '',
    ...clockLine(foot, view),
    ...nextPageLine(incident, view),
    ...openGates(incident).flatMap(gate => gateLine(gate, foot, view)),
    ...(note === '' ? [] : hanging('', 0, note, 'bad', view)),
    ...(asked === undefined ? keyLines(foot, view) : questionLines(asked, view)),
  ]
}

function clockLine({ incident, who, isJumping }: Foot, view: View): string[] {
  const since = sinceOpening(Math.floor((view.now - Date.parse(incident.openedAt)) / 1_000) * 1_000)
  const { severity, phase } = incident
  const parts = [
    view.clock.zoned(view.now, view.now),
    `${since} after the alert`,
    severity,
    phase,
    `you are ${who}`,
  ]
  return hanging('', 0, [...parts, ...(isJumping ? ['jumping …'] : [])].join(' · '), 'strong', view)
}

function nextPageLine({ nextPage }: IncidentDetail, view: View): string[] {
  if (nextPage === null) return []
  const left = wholeDuration(Date.parse(nextPage.dueAt) - view.now)
  const unless = nextPage.unless === null ? '' : ` unless ${nextPage.unless}`
  return hanging('', 0, `Next page in ${left}: ${listed(nextPage.functions)}${unless}`, 'attention', view)
}

function gateLine(gate: GateView, { gate: current }: Foot, view: View): string[] {
  const { step, kind, approvers, quorum, votes, expiresAt } = gate
  const asks = { approval: 'waits for leave', manual: 'is to be done by hand', outcome: 'was it done?' }[kind]
  const of = kind === 'approval' ? `, ${votes.length} of ${quorum}` : ''
  const left = expiresAt === null ? '' : `, ${wholeDuration(Date.parse(expiresAt) - view.now)} left`
  const mark = gate.id === current?.id ? '? ' : '  '
  return hanging(mark, 2, `${step} ${asks} (${askedOf(approvers)}${of}${left})`, 'attention', view)
}

/** Never broken within one. */
function keyLines({ choices }: Foot, { paint, width }: View): string[] {
  const lines: string[] = []
  let line = ''
  for (const { key, label } of choices) {
    const choice = `${paint.command(key)} ${label}`
    const longer = line === '' ? choice : `${line} · ${choice}`
    if (line !== '' && widthOf(longer) > width) {
      lines.push(line)
      line = choice
    } else line = longer
  }
  return [...lines, line]
}

function questionLines({ question, typed }: NonNullable<Foot['asked']>, view: View): string[] {
  return [
    ...hanging('', 0, question.text, 'strong', view),
    ...hanging('> ', 2, typed, 'plain', view),
    ...hanging('', 0, 'enter does it · esc does not', 'quiet', view),
  ]
}
