/** Whom it calls and tells, how bad it says it is, and whether a post-mortem is asked for. */
import { severities, type Severity } from '../contracts/incident.ts'
import type { EscalationLevel, Runbook } from '../contracts/runbook.ts'
import type { Path } from './asked-conditions.ts'
import { type Change, withChange } from './mutant.ts'
import { dropped, others, to } from './mutate-steps.ts'

export function changesOfCalls(runbook: Runbook): Change[] {
  return [
    ...ofLevels(runbook),
    ...ofSeverities(runbook),
    ...ofCommunication(runbook),
    ...ofPostmortem(runbook),
  ]
}

function ofLevels(runbook: Runbook): Change[] {
  const { escalate } = runbook
  return [
    ...escalate.flatMap((level, index) => ofLevel(runbook, level, ['escalate', index])),
    ...escalate.slice(1).map((level, index): Change => {
      const before = escalate[index]!
      const swapped = escalate.toSpliced(
        index,
        2,
        { ...before, page: level.page },
        { ...level, page: before.page },
      )
      return {
        kind: 'level',
        path: ['escalate', index, 'page'],
        words: `whom the levels ${index} and ${index + 1} page swapped`,
        runbook: { ...runbook, escalate: swapped },
      }
    }),
  ]
}

function ofLevel(
  runbook: Runbook,
  { afterMs, unless, only, page, severity, forMs, when }: EscalationLevel,
  path: Path,
): Change[] {
  const change = (key: string, was: string, value: string | undefined): Change => ({
    ...to(runbook, 'level', [...path, key], was, value),
    words: value === undefined ? `${was} dropped` : `${was} -> ${value}`,
  })
  // Nobody knows of a routine before it has called somebody, and no second alert makes its levels begin anew.
  const isUnasked = runbook.schedule !== undefined && runbook.mitigate.length === 0 && afterMs === 0
  const hasNobodyAsked = { equivalent: 'it is called before anybody can acknowledge' }
  const isNothing = {
    equivalent: 'nobody is called for an incident that is over, whatever its levels wait for',
  }
  return [
    { ...dropped(runbook, 'level', path), words: 'removed' },
    ...(unless === 'acknowledged'
      ? [change('unless', unless, undefined), { ...change('unless', unless, 'resolved') }]
      : []),
    ...(unless === 'resolved'
      ? [{ ...change('unless', unless, undefined), ...isNothing }, change('unless', unless, 'acknowledged')]
      : []),
    ...(unless === undefined
      ? [{ ...change('unless', 'nothing', 'acknowledged'), ...(isUnasked ? hasNobodyAsked : {}) }]
      : []),
    ...(only === undefined
      ? []
      : [
          change('only', only, undefined),
          change('only', only, only === 'off-hours' ? 'office-hours' : 'off-hours'),
        ]),
    ...(forMs === undefined || when === undefined ? [] : [dropped(runbook, 'level', [...path, 'forMs'])]),
    ...(page.length < 2
      ? [
          {
            ...to(runbook, 'level', [...path, 'page'], page, ['somebody-else']),
            words: `${page.join()} -> somebody-else`,
          },
        ]
      : page.map((one, index) => ({
          ...dropped(runbook, 'level', [...path, 'page', index]),
          words: `${one} dropped`,
        }))),
    ...(severity === undefined
      ? []
      : [
          dropped(runbook, 'level', [...path, 'severity']),
          ...others(runbook, 'level', [...path, 'severity'], severity, [besideOf(severity)]),
        ]),
  ]
}

/** One less severe, or of the least severe one more. */
function besideOf(severity: Severity): Severity {
  const at = severities.indexOf(severity)
  return severities[at + 1] ?? severities[at - 1] ?? severity
}

function ofSeverities(runbook: Runbook): Change[] {
  const { severity: rules, impact } = runbook.triage
  const at = (index: number): Path => ['triage', 'severity', index]
  return [
    ...rules.flatMap(({ is }, index) =>
      others(runbook, 'severity', [...at(index), 'is'], is, [besideOf(is)]),
    ),
    ...rules.slice(0, -1).map((rule, index) => ({
      ...dropped(runbook, 'severity', at(index)),
      words: `the rule of ${rule.is} removed`,
    })),
    // Only the last rule has no condition.
    ...rules.slice(1, -1).map((rule, index): Change => {
      const before = rules[index]!
      const swapped = rules.toSpliced(index, 2, rule, before)
      return {
        kind: 'severity',
        path: at(index),
        words: `the rules of ${before.is} and ${rule.is} swapped`,
        runbook: withChange(runbook, ['triage', 'severity'], swapped),
      }
    }),
    ...rules.flatMap(({ forMs }, index) =>
      forMs === undefined ? [] : [dropped(runbook, 'severity', [...at(index), 'forMs'])],
    ),
    ...(impact === undefined
      ? []
      : [
          { ...to(runbook, 'severity', ['triage', 'impact'], impact, `!(${impact})`), words: 'negated' },
          dropped(runbook, 'severity', ['triage', 'impact']),
        ]),
    ...(runbook.triage.recheckMs === undefined
      ? []
      : [dropped(runbook, 'severity', ['triage', 'recheckMs'])]),
  ]
}

function ofCommunication(runbook: Runbook): Change[] {
  return (runbook.communication ?? []).flatMap(({ on = [], tell, until, say }, index) => {
    const path: Path = ['communication', index]
    const isOnly = runbook.communication?.length === 1
    return [
      { ...dropped(runbook, 'communication', isOnly ? ['communication'] : path), words: 'removed' },
      ...(on.length < 2
        ? []
        : on.map((event, at) => ({
            ...dropped(runbook, 'communication', [...path, 'on', at]),
            words: `${event} dropped`,
          }))),
      ...(tell.length < 2
        ? [
            {
              ...to(runbook, 'communication', [...path, 'tell'], tell, ['somebody-else']),
              words: `${tell.join()} -> somebody-else`,
            },
          ]
        : tell.map((one, at) => ({
            ...dropped(runbook, 'communication', [...path, 'tell', at]),
            words: `${one} dropped`,
          }))),
      ...(until === undefined ? [] : [dropped(runbook, 'communication', [...path, 'until'])]),
      ...(say === undefined ? [] : [dropped(runbook, 'communication', [...path, 'say'])]),
    ]
  })
}

function ofPostmortem(runbook: Runbook): Change[] {
  const { postmortem } = runbook
  if (postmortem === undefined) return []
  const path: Path = ['postmortem', 'for']
  const asked = postmortem.for
  const missing = severities.filter(severity => !asked.includes(severity))
  const raw: Change[] = [
    { ...dropped(runbook, 'post-mortem', ['postmortem']), words: 'removed' },
    ...(asked.length < 2
      ? []
      : asked.map((one, index) => ({
          ...dropped(runbook, 'post-mortem', [...path, index]),
          words: `${one} dropped`,
        }))),
    ...missing.map(one => ({
      ...to(runbook, 'post-mortem', path, asked, [...asked, one]),
      words: `${one} added`,
    })),
  ]
  // It is asked for by everything at least as severe as the least severe of them.
  const least = (list: readonly Severity[]): number => Math.max(...list.map(one => severities.indexOf(one)))
  return raw.map(change => {
    const changed = change.runbook.postmortem
    const isSame = changed !== undefined && least(changed.for) === least(asked)
    return isSame
      ? {
          ...change,
          equivalent: 'it is asked for by everything that is as severe as the least severe of them',
        }
      : change
  })
}
