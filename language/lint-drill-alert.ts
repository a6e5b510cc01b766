/** Whether the alert of a drill opens an incident of its runbook. */
import type { Drill } from '../contracts/drill.ts'
import type { Runbook } from '../contracts/runbook.ts'
import { type Atom, wordsOf } from './condition-atoms.ts'
import { alertScope, evaluateCondition, evaluateMatch } from './conditions.ts'
import { waysOfMatch } from './choose-runbook.ts'
import { coded, type CodedFinding, type Finding, type Path } from './fault.ts'

type Alert = Drill['given']['alert']

export function lintDrillAlert({ given: { alert } }: Drill, runbook: Runbook): CodedFinding[] {
  if (runbook.schedule !== undefined) return coded('match', lintRoutine(alert))
  if (runbook.match === undefined || evaluateMatch(runbook, alert)) return []
  return coded('match', lintMatch(runbook, runbook.match, alert))
}

function lintRoutine({ labels, annotations }: Alert): Finding[] {
  if (Object.keys(labels).length + Object.keys(annotations).length === 0) return []
  const message = 'the runbook is a routine: it begins at its times, and no alert opens it'
  return [{ path: ['given', 'alert'], at: 'key', message }]
}

/** Of the ways to fulfil `match`, what is missing for the nearest one. */
function lintMatch(runbook: Runbook, match: string, alert: Alert): Finding[] {
  const failing = (waysOfMatch(runbook) ?? []).map(way => way.filter(atom => !isTrue(atom, alert)))
  const nearest = failing.toSorted((one, other) => one.length - other.length)[0] ?? []
  if (nearest.length === 0) {
    const message = `the alert does not fulfil \`match\`: ${match}`
    return [{ path: ['given', 'alert'], message }]
  }
  return nearest.map((atom): Finding => {
    const place = placeOf(atom)
    const asked = `\`match\` asks for ${wordsOf(atom)}`
    if (place === undefined) return { path: ['given', 'alert'], message: asked }
    const [of, name] = place
    const path: Path = ['given', 'alert', of, name]
    const is = alert[of][name]
    if (is !== undefined) return { path, message: `${asked}, and it is ${JSON.stringify(is)}` }
    return {
      path,
      at: 'key',
      message: `${asked}, and the alert has no such ${of === 'labels' ? 'label' : 'annotation'}`,
      hint: hintOf(atom, of, name),
    }
  })
}

function isTrue(atom: Atom, alert: Alert): boolean {
  const evaluated = evaluateCondition(wordsOf(atom), alertScope(alert))
  return 'value' in evaluated && evaluated.value
}

function placeOf(atom: Atom): ['labels' | 'annotations', string] | undefined {
  if (atom.kind === 'text') return undefined
  const [, of, plain, quoted] = /^alert\.(labels|annotations)(?:\.(\w+)|\[(".*")\])$/.exec(atom.path) ?? []
  const name = plain ?? (quoted === undefined ? undefined : (JSON.parse(quoted) as string))
  return name === undefined || of === undefined ? undefined : [of as 'labels' | 'annotations', name]
}

function hintOf(atom: Atom, of: string, name: string): string | undefined {
  if (atom.kind !== 'comparison' || atom.operator !== '==') return undefined
  return `alert: { ${of}: { ${name}: ${JSON.stringify(atom.value)} } }`
}
