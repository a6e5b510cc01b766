import { listed } from '../narrate/narration.ts'
import { inDefinedOrder, parametersInWords, valuesInWords } from '../narrate/values.ts'
import { hanging, type Page, section } from '../story/view.ts'
import type { Tone } from '../terminal/paint.ts'
import { oneLine } from '../terminal/plain-text.ts'
import { sourceOf } from '../drill/place.ts'
import type { LiveLook, LiveMeasurement, LiveResult, LiveStep } from './live-look.ts'

export function liveLines({ drills: [first, ...others], look, problem }: LiveResult, page: Page): string[] {
  const source = sourceOf({ file: first!.file, runbook: first!.loaded.runbook })
  const names = listed([first!, ...others].slice(0, shownDrills).map(({ drill }) => drill.name))
  const more = others.length + 1 - shownDrills
  const title = `${names}${more > 0 ? `, and ${more} more with the same alert` : ''}`
  return [
    page.paint.strong(oneLine(source)),
    ...hanging('  ', 2, oneLine(title), 'quiet', page),
    ...(look === undefined
      ? []
      : hanging(
          '  ',
          2,
          `in ${oneLine(look.place.system)}/${oneLine(look.place.environment)}`,
          'quiet',
          page,
        )),
    ...(problem === undefined
      ? []
      : hanging('  ', 2, `Could not be looked at: ${oneLine(problem)}`, 'bad', page)),
    ...(look === undefined ? [] : lookLines(look, page)),
    '',
  ]
}

/** Of those that stand for the same look. */
const shownDrills = 3

function lookLines(look: LiveLook, page: Page): string[] {
  return [
    ...section(
      'Measured',
      look.measured.flatMap(one => told(measuredSaid(one), page)),
      page,
    ),
    ...section('What it would come to', told(assessedSaid(look), page), page),
    ...section(
      'What would be done',
      look.steps.flatMap(step => told(stepSaid(step), page)),
      page,
    ),
  ]
}

type Said = [text: string, tone: Tone]

function told([text, tone]: Said, page: Page): string[] {
  return hanging('  ', 2, oneLine(text), tone, page)
}

function measuredSaid({ check, uses, target, values, problem }: LiveMeasurement): Said {
  if (problem !== undefined) return [`${check} on ${target}: not measured: ${problem}`, 'attention']
  return [`${check} on ${target}: ${valuesInWords(inDefinedOrder(uses, values)) || 'nothing'}`, 'plain']
}

function assessedSaid({ assessed }: LiveLook): Said {
  if (assessed === null) return ['Nothing was assessed.', 'attention']
  const { severity, label, impact, because } = assessed
  const shown = label === undefined ? severity : `${severity} (${label})`
  return [`${shown}; customers affected: ${impact} (${because})`, 'plain']
}

function stepSaid({ step, would, because, plan }: LiveStep): Said {
  if (would === 'leave') return [`${step}: left alone, ${because}`, 'quiet']
  if (would === 'ask') return [`${step}: a person would be asked: ${because}`, 'attention']
  const parameters = plan === undefined ? '' : parametersInWords(plan.action, plan.parameters)
  const on =
    plan === undefined
      ? ''
      : ` (${[`${plan.action} on ${plan.target}`, plan.risk, ...(parameters === '' ? [] : [parameters])].join(', ')})`
  return [`${step}: ${because}${on}; not done`, 'attention']
}
