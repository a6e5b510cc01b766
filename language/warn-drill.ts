/** What in a drill is most likely a mistake, and may be so on purpose. */
import type { Drill, DrillEvent } from '../contracts/drill.ts'
import { roleOf, type Runbook } from '../contracts/runbook.ts'
import { roles as builtInRoles } from '../contracts/configuration/people.ts'
import { formatDuration } from '../contracts/duration.ts'
import { askedFields } from './asked-fields.ts'
import { coded, type CodedFinding, type Finding } from './fault.ts'
import { nearestName } from './nearest-name.ts'

/** Of a drill without a fault; paths are those of contracts/drill.ts. */
export function warnOfDrill(drill: Drill, runbook: Runbook): CodedFinding[] {
  return [
    ...coded('reach', [...warnOfFields(drill, runbook), ...warnOfSeverities(drill, runbook)]),
    ...coded('drill', warnOfPostmortem(drill, runbook)),
    ...coded('name', [
      ...warnOfPeople(drill, runbook),
      ...warnOfActors(drill),
      ...warnOfNever(drill, runbook),
    ]),
  ]
}

/** A field that a condition asks for and nothing gives is no data, which is a drill of its own. */
function warnOfFields({ given }: Drill, runbook: Runbook): Finding[] {
  return [...askedFields(runbook)].flatMap(([check, fields]): Finding[] => {
    if (!isMeasured(given, runbook, check)) return []
    const changes = given.checks[check]
    if (changes === undefined) {
      const hint = `give it what it measures, or say that it fails: ${check}: [{ fails: no answer }]`
      return [
        {
          path: ['given', 'checks'],
          at: 'key',
          message: `the check \`${check}\` is given nothing: it has no data`,
          hint,
        },
      ]
    }
    if (changes.some(({ fails }) => fails !== undefined)) return []
    const said = new Set(changes.flatMap(({ is = {} }) => Object.keys(is)))
    const missing = [...fields].filter(field => !said.has(field))
    return missing.map(field => ({
      path: ['given', 'checks', check],
      at: 'key',
      message: `a condition asks for \`${field}\` of \`${check}\`, and nothing gives it: it has no data`,
      hint: `${field}: null says that it is meant`,
    }))
  })
}

/** Where the drill leaves a role without its target, nothing is measured, which is what it shows. */
function isMeasured({ targets }: Drill['given'], runbook: Runbook, name: string): boolean {
  const role = runbook.triage.checks.find(check => check.name === name)?.target ?? ''
  const count = targets[role]?.length ?? 1
  return roleOf(runbook.targets[role] ?? 'service').many === true ? count > 0 : count === 1
}

function warnOfSeverities({ events, expect }: Drill, { triage, escalate }: Runbook): Finding[] {
  const possible = new Set([
    ...triage.severity.map(({ is }) => is),
    ...escalate.flatMap(({ severity }) => severity ?? []),
    ...events.flatMap(saidSeverity),
  ])
  return (expect.severity ?? []).flatMap(({ is }, index) => {
    if (possible.has(is)) return []
    const message = `nothing makes it ${is}: no rule, no level, and nobody in this drill`
    return [{ path: ['expect', 'severity', index], message, hint: `possible: ${[...possible].join(', ')}` }]
  })
}

function saidSeverity(event: DrillEvent) {
  return event.kind === 'person' && event.does.act === 'severity' ? [event.does.is] : []
}

function warnOfPostmortem({ expect: { postmortem } }: Drill, runbook: Runbook): Finding[] {
  const due = runbook.postmortem?.dueMs
  if (postmortem === undefined || postmortem === null || postmortem.dueMs === due) return []
  const message =
    due === undefined
      ? 'the runbook asks for no post-mortem'
      : `the runbook asks for a post-mortem within ${formatDuration(due)}`
  return [{ path: ['expect', 'postmortem'], message }]
}

/** Roles that are built in, and functions that the runbook speaks of. */
function warnOfPeople({ given }: Drill, runbook: Runbook): Finding[] {
  const known = [...new Set([...builtInRoles, ...functionsOf(runbook)])]
  return Object.entries(given.people).flatMap(([person, names]) =>
    names.flatMap((name, index): Finding[] => {
      const nearest = known.includes(name) ? undefined : nearestName(name, known)
      if (nearest === undefined) return []
      const message = `\`${name}\` is no role, and the runbook asks for no such function`
      return [{ path: ['given', 'people', person, index], message, hint: `did you mean \`${nearest}\`?` }]
    }),
  )
}

function functionsOf({ mitigate, escalate }: Runbook): string[] {
  const asked = mitigate.flatMap(step => ('manual' in step ? step.by : step.gate?.approvers) ?? [])
  return [...asked.map(role => role.replace(/^role:/, '')), ...escalate.flatMap(({ page }) => page)]
}

/** Somebody whom the drill does not introduce may do everything, which a misspelt name should not. */
function warnOfActors({ given, events }: Drill): Finding[] {
  const known = Object.keys(given.people)
  return events.flatMap((event, index): Finding[] => {
    if (event.kind !== 'person' || known.includes(event.who)) return []
    const nearest = nearestName(event.who, known)
    if (nearest === undefined) return []
    const message = `\`${event.who}\` is none of \`people\`, and may do everything`
    return [{ path: ['events', index, 'who'], message, hint: `did you mean \`${nearest}\`?` }]
  })
}

/** That nobody pages it is what is expected; a near miss of somebody who is paged proves nothing. */
function warnOfNever({ expect }: Drill, { escalate }: Runbook): Finding[] {
  const called = [...new Set(escalate.flatMap(({ page }) => page))]
  return expect.never.flatMap((never, index): Finding[] => {
    if (!('page' in never) || called.includes(never.page)) return []
    const nearest = nearestName(never.page, called)
    if (nearest === undefined) return []
    const message = `no level of the runbook pages \`${never.page}\``
    return [{ path: ['expect', 'never', index, 'page'], message, hint: `did you mean \`${nearest}\`?` }]
  })
}
