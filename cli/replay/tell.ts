import type { Disagreement } from '../../proof/compare-decisions.ts'
import type { Divergence } from '../../proof/divergence.ts'
import { counted } from '../narrate/narration.ts'
import { hanging, section, type View } from '../story/view.ts'
import type { Tone } from '../terminal/paint.ts'
import { oneLine } from '../terminal/plain-text.ts'
import type { Judged } from './judge.ts'

/** What was found, the worst of it unmistakable; expects a judgement whose texts are clean. */
export function tellJudgement(judged: Judged, view: View): string[] {
  return [
    ...section('The archive', archive(judged, view), view),
    ...section('Run again by today\u2019s code', replay(judged, view), view),
    ...section('Decisions and the audit log', decisions(judged, view), view),
    '',
    verdict(judged, view),
  ]
}

function archive({ runs, entryFaults }: Judged, view: View): string[] {
  const events = runs.reduce((sum, run) => sum + run.events, 0)
  const problems = runs.flatMap(({ runId, problem }) =>
    problem === undefined ? [] : say('✗', `Run ${runId}: ${problem}.`, 'bad', view),
  )
  const faults = entryFaults.flatMap(({ seq, kind, says }) =>
    say('✗', `Entry ${seq}${kind === null ? '' : ` (${kind})`}: ${says}.`, 'bad', view),
  )
  if (problems.length > 0) return [...problems, ...faults]
  const text = `${counted(runs.length, 'run')}, ${counted(events, 'event')}: each file is the one whose SHA-256 the log has.`
  return [...say('✓', text, 'good', view), ...faults]
}

function replay({ divergences, runs }: Judged, view: View): string[] {
  if (runs.every(run => run.problem !== undefined)) return say('✗', 'There is nothing to run.', 'bad', view)
  if (divergences.length === 0)
    return say('✓', 'It takes the same steps and tells each of them the same.', 'good', view)
  return divergences.flatMap(divergence => diverged(divergence, view))
}

function diverged({ runId, eventId, differsIn, inHistory, wanted }: Divergence, view: View): string[] {
  const where = eventId === 0 ? 'It cannot be run' : `DIVERGES at event ${eventId}`
  const meaning =
    differsIn === 'path'
      ? 'Today\u2019s code takes another way; an incident that is open at such a place would stop there.'
      : 'Today\u2019s code takes the same step and tells it something else: the code has changed since, or the history was made up.'
  return [
    ...say('✗', `${where} of run ${runId}.`, 'bad', view),
    ...hanging('      history  ', 15, oneLine(inHistory), 'plain', view),
    ...hanging('      code     ', 15, oneLine(wanted), 'attention', view),
    ...hanging('      ', 6, meaning, 'quiet', view),
  ]
}

function decisions({ compared }: Judged, view: View): string[] {
  if (compared === null)
    return say('✗', 'Not compared: half of the histories would prove nothing.', 'bad', view)
  const { agreed, disagreements, remarks } = compared
  const told = remarks.flatMap(remark => say('·', `${remark}.`, 'quiet', view))
  if (disagreements.length === 0) {
    const text = `${counted(agreed, 'decision')}: each has its entry, and each entry its decision.`
    return [...say('✓', text, 'good', view), ...told]
  }
  return [
    ...say('·', `${counted(agreed, 'decision')} have their entry.`, 'plain', view),
    ...disagreements.flatMap(found => disagreement(found, view)),
    ...told,
  ]
}

function disagreement({ side, eventId, seq, kind, says }: Disagreement, view: View): string[] {
  const where = {
    history: `Only in the history, event ${eventId}`,
    log: `Only in the log, entry ${seq}`,
    different: `Event ${eventId} and entry ${seq} differ`,
  }[side]
  return say('✗', `${where}: ${kind} ${oneLine(says)}`, 'bad', view)
}

function verdict({ agrees, number }: Judged, { paint }: View): string {
  return agrees
    ? paint.good(`${number} agrees: its histories, today's code and the audit log say the same.`)
    : paint.bad(`${number} does NOT agree; start with the first ✗.`)
}

function say(mark: string, text: string, tone: Tone, view: View): string[] {
  return hanging(`  ${view.paint[tone](mark)} `, 4, text, tone, view)
}
