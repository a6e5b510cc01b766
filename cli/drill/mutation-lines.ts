/** Which changes of a runbook its drills do not notice, for a person; each with the name under which `survivors` explains it. */
import { isEnough, type MutationScore } from '../../drills/mutation-score.ts'
import { counted } from '../narrate/narration.ts'
import { hanging, type Page } from '../story/view.ts'
import { oneLine } from '../terminal/plain-text.ts'

export interface Mutation {
  /** Name of the runbook. */
  runbook: string
  file: string
  score: MutationScore
  /** Why a survivor is left alone, by its id. */
  explained: Readonly<Record<string, string>>
  lineOf(path: readonly (string | number)[]): { line: number }
}

export function mutationLines(
  { runbook, file, score, explained, lineOf }: Mutation,
  page: Page,
  threshold?: number,
): string[] {
  const { paint } = page
  const { noticed, of, percent, survivors, equivalent } = score
  const isGood = threshold === undefined || isEnough(score, threshold)
  const asked = isGood ? '' : `, ${threshold} % are asked for`
  const head = `${oneLine(runbook)}: drills notice ${noticed} of ${counted(of, 'change')} (${percent} %)${asked}`
  const same =
    equivalent.length === 0
      ? []
      : [paint.quiet(`  ${counted(equivalent.length, 'change')} more would change nothing`)]
  return [
    (isGood ? paint.strong : paint.bad)(head),
    ...same,
    ...survivors.flatMap(({ id, what, path }) => {
      const why = explained[id]
      return [
        ...hanging('  ', 2, oneLine(what), why === undefined ? 'attention' : 'plain', page),
        `    ${paint.command(oneLine(`${file}:${lineOf(path).line}`))}  ${paint.quiet(oneLine(id))}`,
        ...(why === undefined ? [] : hanging('    ', 4, oneLine(why), 'quiet', page)),
      ]
    }),
  ]
}

/** Explanations of what is noticed by now, or is no change of the runbook any more. */
export function staleExplanations({ score, explained }: Pick<Mutation, 'score' | 'explained'>): string[] {
  const surviving = new Set(score.survivors.map(({ id }) => id))
  return Object.keys(explained).filter(id => !surviving.has(id))
}
