/** Rules of who is told: each says when, tells somebody, and says what no other says already. */
import { communicationEvents, type CommunicationEvent } from '../contracts/communication.ts'
import { openPhases, type Phase } from '../contracts/incident.ts'
import { parseDuration } from '../contracts/duration.ts'
import type { Compiled } from './condition-language.ts'
import type { Finding, Path } from './fault.ts'
import { mayEverHold } from './incident-circumstances.ts'
import type { WrittenCondition } from './lint-conditions.ts'
import { entriesOf, listAt, valueAt } from './tree.ts'

export function lintCommunication(tree: unknown, conditions: readonly WrittenCondition[]): Finding[] {
  const rules = listAt(tree, ['communication'])
  const ofRules = conditions.filter(({ path: [list] }) => list === 'communication')
  const byIndex = new Map(ofRules.map(({ path, compiled }) => [path[1], compiled]))
  return [
    ...rules.flatMap((rule, index) => lintMoment(rule, ['communication', index])),
    ...rules.flatMap((rule, index) => lintSaid(rule, ['communication', index])),
    ...rules.slice(0, mostRules).flatMap((rule, index) => lintPossible(rule, index, byIndex.get(index))),
    ...lintRepeated(rules),
  ]
}

/** The conditions of so many rules are tried in all circumstances; nobody keeps more in mind. */
const mostRules = 50

function lintMoment(rule: unknown, path: Path): Finding[] {
  const [hasOn, hasEvery] = ['on', 'every'].map(key => valueAt(rule, [key]) !== undefined)
  // Written out, the default says nothing new.
  const until = valueAt(rule, ['until'])
  const hasUntil = until !== undefined && until !== 'resolved'
  if (!hasOn && !hasEvery) {
    const hint = `add for example: on: [opened, resolved], or every: 30m`
    return [{ path, message: '`on` or `every` is required: they would be told at no time', hint }]
  }
  if (hasOn && hasEvery)
    return [{ path: [...path, 'every'], at: 'key', message: '`on` and `every` are two rules' }]
  if (!hasUntil || hasEvery) return []
  const message = '`until` ends regular updates, and this rule has no `every`'
  return [{ path: [...path, 'until'], at: 'key', message }]
}

/** What other tools would fill in. */
const placeholder = /\{\{|\$\{|\$\(|<%|%\(/

function lintSaid(rule: unknown, path: Path): Finding[] {
  const said = valueAt(rule, ['say'])
  const offset = typeof said === 'string' ? said.search(placeholder) : -1
  if (offset < 0) return []
  const message = '`say` is said word for word: no value is put into it'
  const hint = 'severity, system, times and who is on it stand in every message by themselves'
  return [{ path: [...path, 'say'], offset, message, hint }]
}

/** The phases an incident can be in when it is told of. */
const phasesAt: Readonly<Record<CommunicationEvent, readonly Phase[]>> = {
  opened: openPhases,
  severity: openPhases,
  impact: openPhases,
  acknowledged: openPhases,
  mitigated: ['verification'],
  resolved: ['closed'],
}

function lintPossible(rule: unknown, index: number, condition: Compiled | undefined): Finding[] {
  if (condition === undefined) return []
  const path = ['communication', index]
  const written = listAt(rule, ['on'])
  const events = communicationEvents.filter(event => written.includes(event))
  const asked = valueAt(rule, ['every']) === undefined ? events.map(event => phasesAt[event]) : [openPhases]
  const isPossible = asked.map(phases => mayEverHold(condition, phases))
  if (!isPossible.includes(false)) return []
  if (!isPossible.includes(true))
    return [{ path: [...path, 'when'], message: '`when` can never hold: nobody is ever told' }]
  return events.flatMap((event, nth): Finding[] => {
    const message = `\`when\` can never hold when it is \`${event}\``
    return isPossible[nth] === true ? [] : [{ path: [...path, 'on', written.indexOf(event)], message }]
  })
}

function lintRepeated(rules: readonly unknown[]): Finding[] {
  const firsts = new Map<string, number>()
  return rules.flatMap((rule, index): Finding[] => {
    const said = whatItSays(rule)
    const first = firsts.get(said)
    if (first === undefined) firsts.set(said, index)
    if (first === undefined || entriesOf(rule).length === 0) return []
    return [{ path: ['communication', index], message: `rule ${index + 1} repeats rule ${first + 1}` }]
  })
}

/** Equal for two rules that do the same, however they are written. */
function whatItSays(rule: unknown): string {
  const said = entriesOf(rule).map(([key, value]): [string, unknown] => {
    if (key === 'every') return [key, parseDuration(value) ?? value]
    return [key, Array.isArray(value) ? value.map(String).sort() : value]
  })
  return JSON.stringify(said.sort(([a], [b]) => (a < b ? -1 : 1)))
}
