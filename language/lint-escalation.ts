/** Levels: in order, each once, and somebody paged whatever happens. */
import { parseDuration } from '../contracts/duration.ts'
import { openPhases, severities, type Severity } from '../contracts/incident.ts'
import type { Compiled } from './condition-language.ts'
import type { Finding } from './fault.ts'
import { mayHold } from './incident-circumstances.ts'
import type { WrittenCondition } from './lint-conditions.ts'
import { entriesOf, listAt, valueAt } from './tree.ts'

export function lintEscalation(tree: unknown, conditions: readonly WrittenCondition[]): Finding[] {
  const ofLevels = conditions.filter(({ path: [list] }) => list === 'escalate')
  const byIndex = new Map(ofLevels.map(({ path, compiled }) => [path[1], compiled]))
  const levels = listAt(tree, ['escalate']).map((written, index): Level => ({
    index,
    written,
    condition: byIndex.get(index),
  }))
  const tried = levels.length > mostLevels ? [] : levels
  return [
    ...lintOrder(levels),
    ...levels.flatMap(lintLasting),
    ...lintRepeated(levels),
    ...tried.flatMap(lintPossible),
    ...lintUnpaged(tree, tried),
  ]
}

/** The conditions of so many levels are tried in all circumstances; nobody keeps more in mind. */
const mostLevels = 20

interface Level {
  index: number
  written: unknown
  condition: Compiled | undefined
}

function lintOrder(levels: readonly Level[]): Finding[] {
  const afters = levels.map(({ written }) => parseDuration(valueAt(written, ['after'])))
  return afters.flatMap((after, index) => {
    const before = afters[index - 1]
    if (after === undefined || before === undefined || after >= before) return []
    return [{ path: ['escalate', index, 'after'], message: 'levels must be in the order of their time' }]
  })
}

function lintLasting({ index, written }: Level): Finding[] {
  if (valueAt(written, ['for']) === undefined || valueAt(written, ['when']) !== undefined) return []
  const message = '`for` needs a `when` that has to hold for so long; a time alone is `after`'
  return [{ path: ['escalate', index, 'for'], at: 'key', message }]
}

function lintRepeated(levels: readonly Level[]): Finding[] {
  const firsts = new Map<string, number>()
  return levels.flatMap(({ index, written }): Finding[] => {
    const said = whatItSays(written)
    const first = said === undefined ? undefined : firsts.get(said)
    if (said !== undefined && first === undefined) firsts.set(said, index)
    if (first === undefined) return []
    const message = `level ${index + 1} repeats level ${first + 1}: the same people would be paged twice at the same time`
    return [{ path: ['escalate', index], message }]
  })
}

/** Equal for two levels that do the same, however they are written; undefined for what is no level. */
function whatItSays(written: unknown): string | undefined {
  const after = parseDuration(valueAt(written, ['after']))
  if (after === undefined) return undefined
  const said = entriesOf(written).map(([key, value]): [string, unknown] => {
    if (key === 'after') return [key, after]
    if (key === 'for') return [key, parseDuration(value) ?? value]
    return [key, key === 'page' && Array.isArray(value) ? value.map(String).sort() : value]
  })
  return JSON.stringify(said.sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** All that a level's condition can see: few enough to try each. */
interface Circumstances {
  severity: Severity
  isAffecting: boolean
}
const impactOf = (isAffecting: boolean): 'yes' | 'no' => (isAffecting ? 'yes' : 'no')

function lintPossible(level: Level): Finding[] {
  const isEver = severities.some(severity =>
    [true, false].some(isAffecting => mayPage(level, { severity, isAffecting })),
  )
  if (isEver) return []
  const text = String(valueAt(level.written, ['when']))
  return [
    {
      path: ['escalate', level.index, 'when'],
      message: '`when` can never hold: this level never pages',
      hint: whatThereIs(text),
    },
  ]
}

function whatThereIs(condition: string): string | undefined {
  if (condition.includes('incident.phase'))
    return `while an incident is open its \`phase\` is ${listed(openPhases)}`
  return condition.includes('incident.severity')
    ? `\`incident.severity\` is ${listed(severities)}`
    : undefined
}

function listed(words: readonly string[]): string {
  return `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`
}

/** Without an answer a level pages, as the workflow has it. */
function mayPage({ condition }: Level, { severity, isAffecting }: Circumstances): boolean {
  return openPhases.some(phase => mayHold(condition, { severity, impact: impactOf(isAffecting), phase }))
}

/**
 * An incident that stays in circumstances in which no level pages is known to nobody. Acknowledging is no silence: somebody
 * knows then. Whether customers are affected can only be "no" where the runbook measures it.
 */
function lintUnpaged(tree: unknown, levels: readonly Level[]): Finding[] {
  const given = listAt(tree, ['triage', 'severity']).map(rule => valueAt(rule, ['is']))
  const possible = severities.filter(severity => given.includes(severity))
  const impacts = valueAt(tree, ['triage', 'impact']) === undefined ? [true] : [true, false]
  const isSilent = (severity: Severity, isAffecting: boolean): boolean =>
    !levels.some(level => mayPage(level, { severity, isAffecting }))
  const silent = possible.flatMap(severity =>
    impacts
      .filter(isAffecting => isSilent(severity, isAffecting))
      .map(isAffecting => ({ severity, isAffecting })),
  )
  if (silent.length === 0 || levels.length === 0) return []
  const message = `nobody is ever paged${whileSo(silent, possible.length, impacts.length)}`
  return [{ path: ['escalate'], at: 'key', message, hint: 'give one level no `when`, however late' }]
}

/** The circumstances in words, the plainest that are true of all of them: which severities, and which impact where that matters. */
function whileSo(silent: readonly Circumstances[], severitiesGiven: number, impactsGiven: number): string {
  const which = [...new Set(silent.map(({ severity }) => severity))]
  const [only, other] = new Set(silent.map(({ isAffecting }) => isAffecting))
  const isOfAnySeverity = which.length === severitiesGiven
  const isOfOneImpact = only !== undefined && other === undefined && impactsGiven > 1
  const said = [
    ...(isOfAnySeverity ? [] : [`the severity is ${which.length > 1 ? listed(which) : which[0]}`]),
    ...(isOfOneImpact ? [`${only ? '' : 'no '}customers are affected`] : []),
  ]
  return said.length === 0 ? '' : ` while ${said.join(' and ')}`
}
