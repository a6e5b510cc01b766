/** How a drill went, for whoever played it. */
import type { GateScore, PlayScore } from '../../drills/play-score.ts'
import { sinceOpening } from '../../drills/moments.ts'
import { listed } from '../narrate/narration.ts'
import { hanging, type Page, section } from '../story/view.ts'
import { wholeDuration } from '../terminal/clock.ts'
import type { Tone } from '../terminal/paint.ts'
import { oneLine } from '../terminal/plain-text.ts'

export function tellScore(score: PlayScore, page: Page): string[] {
  const said = [
    acknowledgement(score),
    ...score.gates.map(decision),
    ...score.escalated.map(escalation),
    ending(score),
  ]
  return section(
    'How it went',
    said.flatMap(([text, tone]) => hanging('  ', 2, oneLine(text), tone, page)),
    page,
  )
}

type Said = [text: string, tone: Tone]

function acknowledgement({ paged, acknowledged }: PlayScore): Said {
  if (acknowledged === null)
    return paged === null ? ['Nobody was paged.', 'plain'] : ['Nobody acknowledged.', 'bad']
  const { by, afterPageMs, atMs, spared } = acknowledged
  const after =
    afterPageMs === undefined
      ? `${wholeDuration(atMs)} after the alert, before anybody was paged`
      : `${wholeDuration(afterPageMs)} after the page`
  const next =
    spared === null
      ? 'no further level waited for it'
      : `the next level, ${listed(spared.to)}, would have been paged at ${sinceOpening(spared.atMs)}`
  return [`Acknowledged by ${by} ${after}; ${next}.`, 'good']
}

function decision(gate: GateScore): Said {
  const { step, attempt, tookMs, givenMs, by } = gate
  const name = attempt > 1 ? `${step} (attempt ${attempt})` : step
  const given = givenMs === null ? '' : ` of the ${wholeDuration(givenMs)} there were`
  const who = by.length === 0 ? '' : ` by ${listed(by)}`
  if (tookMs === null) return [`${name}: nobody decided; it was still open at the end.`, 'bad']
  switch (gate.state) {
    case 'expired':
      return [`${name}: nobody decided within ${wholeDuration(tookMs)}.`, 'bad']
    case 'withdrawn':
      return [`${name}: nobody had to decide any more after ${wholeDuration(tookMs)}.`, 'plain']
    default:
      return [`${name}: ${wordsOf(gate)}${who} after ${wholeDuration(tookMs)}${given}.`, 'good']
  }
}

function wordsOf({ kind, state, answer }: GateScore): string {
  if (kind === 'approval') return state
  const done = answer === 'done'
  return kind === 'manual'
    ? done
      ? 'ticked'
      : 'told as not done'
    : done
      ? 'said to be done'
      : 'said not to be done'
}

function escalation({ atMs, to }: PlayScore['escalated'][number]): Said {
  return [
    `${listed(to)} paged as well, ${sinceOpening(Math.round(atMs / 1_000) * 1_000)} after the alert.`,
    'attention',
  ]
}

function ending({ outcome, closedMs }: PlayScore): Said {
  const words = {
    recovered: 'It recovered',
    'resolved-by-person': 'A person resolved it',
    cancelled: 'It was cancelled',
    open: 'It was left open',
  }[outcome]
  const after =
    closedMs === null ? '' : `, ${sinceOpening(Math.round(closedMs / 1_000) * 1_000)} after the alert`
  return [`${words}${after}.`, outcome === 'recovered' ? 'good' : outcome === 'open' ? 'attention' : 'plain']
}
