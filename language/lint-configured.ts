/** A runbook against the configuration it is meant for: its targets, its people, who may allow what. */
import { roles as builtInRoles } from '../contracts/configuration/people.ts'
import { limits } from '../contracts/limits.ts'
import { can, type Principal } from '../contracts/principals.ts'
import type { Configured, ConfiguredContact, ConfiguredTarget } from './configured.ts'
import type { Finding, Path } from './fault.ts'
import { lintRefusals } from './lint-refusals.ts'
import { nameHint, nearestName } from './nearest-name.ts'
import { reachableTargets } from './reachable-targets.ts'
import { listAt, valueAt } from './tree.ts'
import { fits, type WrittenRole, writtenRole, writtenRoles } from './written-roles.ts'

/**
 * A list that the configuration leaves empty says nothing about names. A runbook of a system that the configuration does not have
 * is never chosen where it holds: its people and targets are those of another one, and nothing is said. A routine begins wherever it is in
 * force, also where it has nothing to work on.
 */
export function lintConfigured(
  tree: unknown,
  { targets: all, principals, contacts, stakeholders }: Configured,
): Finding[] {
  const isRoutine = valueAt(tree, ['schedule']) !== undefined
  const targets = isRoutine ? targetsThere(tree, all) : reachableTargets(valueAt(tree, ['match']), all)
  if (!isRoutine && all.length > 0 && targets.length === 0) return []
  const steps = listAt(tree, ['mitigate'])
  return [
    ...(isRoutine && targets.length === 0 ? lintPlace(tree, all) : []),
    ...(targets.length === 0 ? [] : [...lintRoles(tree, targets), ...lintRefusals(tree, targets)]),
    ...(principals.length === 0
      ? []
      : steps.flatMap((step, index) => [
          ...lintGate(step, ['mitigate', index], principals),
          ...lintTick(step, ['mitigate', index], principals),
          ...lintAutonomy(tree, step, ['mitigate', index], targets, principals),
        ])),
    ...lintNamed(tree, { list: 'escalate', key: 'page' }, contacts, []),
    ...lintNamed(tree, { list: 'communication', key: 'tell' }, contacts, stakeholders),
  ]
}

function lintRoles(tree: unknown, targets: readonly ConfiguredTarget[]): Finding[] {
  return writtenRoles(tree).flatMap((written): Finding[] => {
    const found = problemOfRole(written, targets)
    return found === undefined ? [] : [{ path: ['targets', written.role], at: 'key', ...found }]
  })
}

/** A routine says itself whose targets it works on. */
function targetsThere(tree: unknown, targets: readonly ConfiguredTarget[]): readonly ConfiguredTarget[] {
  const place = ['system', 'environment'].map(key => valueAt(tree, ['schedule', key]))
  if (!place.every(part => typeof part === 'string')) return targets
  const there = JSON.stringify(place)
  return targets.filter(target => target.place === there)
}

/** Nothing is there at all, and that is said once. */
function lintPlace(tree: unknown, targets: readonly ConfiguredTarget[]): Finding[] {
  if (targets.length === 0 || Object.keys(valueAt(tree, ['targets']) ?? {}).length === 0) return []
  const [system, environment] = ['system', 'environment'].map(key => String(valueAt(tree, ['schedule', key])))
  const places = each(targets.map(({ place }) => (JSON.parse(place) as string[]).join('/')))
  const written = `${system}/${environment}`
  const message = `no target is configured in \`${written}\``
  return [{ path: ['schedule', 'system'], message, hint: nameHint(written, places) }]
}

type Problem = Pick<Finding, 'message' | 'hint'>

function problemOfRole(
  { role, kind, group, isMany }: WrittenRole,
  targets: readonly ConfiguredTarget[],
): Problem | undefined {
  if (typeof kind !== 'string') return undefined
  const named = targets.filter(target => target.role === role)
  const ofKind = named.filter(target => target.kind === kind)
  const fitting = ofKind.filter(target => group === undefined || target.group === group)
  const [other] = named
  if (other === undefined)
    return { message: `no configured target has the role \`${role}\``, hint: hintOfRole(role, kind, targets) }
  if (ofKind.length === 0)
    return { message: `\`${other.name}\` has the role \`${role}\`, and is of kind ${other.kind}` }
  if (fitting.length === 0) return problemOfGroup(role, group, ofKind)
  if (isMany) return tooManyFor(role, fitting)
  const isAlone = ({ place }: ConfiguredTarget): boolean =>
    fitting.filter(target => target.place === place).length === 1
  if (fitting.some(isAlone)) return undefined
  const names = fitting.map(({ name }) => name).join(', ')
  return {
    message: `the role \`${role}\` is ambiguous wherever there is one: ${names}`,
    hint: 'a place has one target of each role and kind, unless the role says `many: true`',
  }
}

function problemOfGroup(role: string, group: unknown, ofKind: readonly ConfiguredTarget[]): Problem {
  const known = each(ofKind.flatMap(target => target.group ?? []))
  const message = `no target with the role \`${role}\` is in the group \`${String(group)}\``
  return { message, hint: typeof group === 'string' ? nameHint(group, known) : undefined }
}

function tooManyFor(role: string, fitting: readonly ConfiguredTarget[]): Problem | undefined {
  const most = limits.targetsPerRole
  const crowded = [...Map.groupBy(fitting, ({ place }) => place).values()].find(one => one.length > most)
  if (crowded === undefined) return undefined
  const message = `${crowded.length} targets of one place have the role \`${role}\`, and a role stands for at most ${most}`
  return { message, hint: 'narrow it by `group`' }
}

function hintOfRole(role: string, kind: string, targets: readonly ConfiguredTarget[]): string | undefined {
  const known = each(targets.filter(target => target.kind === kind).map(target => target.role))
  const nearest = nearestName(role, known)
  if (nearest !== undefined) return `did you mean \`${nearest}\`?`
  return known.length === 0 ? `there is no target of kind ${kind}` : `of kind ${kind}: ${known.join(', ')}`
}

/** Names of roles at this place that nobody has, neither as a role nor as a function. */
function unknownRoles(names: readonly string[], path: Path, principals: readonly Principal[]): Finding[] {
  const held = each([...builtInRoles, ...principals.flatMap(({ functions }) => functions)])
  const known = held.map(name => `role:${name}`)
  return names.flatMap((name, index): Finding[] => {
    if (known.includes(name) || !name.startsWith('role:')) return []
    const message = `\`${name}\` is no role, and no principal has it as a function`
    return [{ path: [...path, index], message, hint: nameHint(name, known) }]
  })
}

function textsAt(step: unknown, path: Path): string[] {
  return listAt(step, path).filter(one => typeof one === 'string')
}

/** A step that people do, and nobody may tick. */
function lintTick(step: unknown, path: Path, principals: readonly Principal[]): Finding[] {
  if (valueAt(step, ['manual']) === undefined) return []
  const by = textsAt(step, ['by'])
  const unknown = unknownRoles(by, [...path, 'by'], principals)
  const mayTick = (principal: Principal): boolean =>
    can(principal, 'steps.tick', by.length === 0 ? undefined : { approvers: by })
  if (unknown.length > 0 || principals.some(mayTick)) return unknown
  const message = `nobody may tick this step: ${by.length === 0 ? 'no principal has' : 'none of these has'} the role \`responder\` or \`approver\``
  return [{ path: by.length === 0 ? path : [...path, 'by'], message }]
}

function lintGate(step: unknown, path: Path, principals: readonly Principal[]): Finding[] {
  const approvers = textsAt(step, ['gate', 'approvers'])
  if (approvers.length === 0) return []
  const inGate = (...rest: Path): Path => [...path, 'gate', ...rest]
  const unknown = unknownRoles(approvers, inGate('approvers'), principals)
  const deciders = principals.filter(principal => can(principal, 'gates.decide', { approvers }))
  if (deciders.length === 0 && unknown.length === 0) return [nobodyDecides(inGate('approvers'), principals)]
  const quorum = valueAt(step, ['gate', 'quorum']) ?? 1
  if (deciders.length === 0 || typeof quorum !== 'number' || quorum <= deciders.length) return unknown
  const names = deciders.map(({ name }) => name).join(', ')
  const message = `${quorum} people have to allow this step, and only ${names} may`
  return [...unknown, { path: inGate('quorum'), message }]
}

function nobodyDecides(path: Path, principals: readonly Principal[]): Finding {
  const message = 'nobody may decide this gate: none of its approvers has the role `approver` as well'
  const able = principals
    .filter(principal => can(principal, 'gates.decide'))
    .map(({ name, functions }) => (functions.length === 0 ? name : `${name} (${functions.join(', ')})`))
  const hint = able.length === 0 ? 'no principal has it' : `may decide gates: ${able.join(', ')}`
  return { path, message, hint }
}

/** A target in `propose` asks for every step, whether the runbook has a gate or not. */
function lintAutonomy(
  tree: unknown,
  step: unknown,
  path: Path,
  targets: readonly ConfiguredTarget[],
  principals: readonly Principal[],
): Finding[] {
  if (valueAt(step, ['gate']) !== undefined) return []
  if (principals.some(principal => can(principal, 'gates.decide'))) return []
  const role = writtenRole(tree, valueAt(step, ['target']))
  const asking = targets.find(target => role && fits(target, role) && target.autonomy === 'propose')
  if (asking === undefined) return []
  const message = `nobody may allow this step: \`${asking.name}\` is in \`propose\`, and no principal has the role \`approver\``
  return [{ path, message }]
}

/** Where people are named, and what happens to them there. */
interface Naming {
  list: 'escalate' | 'communication'
  key: 'page' | 'tell'
}

function lintNamed(
  tree: unknown,
  { list, key }: Naming,
  contacts: readonly ConfiguredContact[],
  others: readonly string[],
): Finding[] {
  const called = (some: readonly ConfiguredContact[]): string[] =>
    each(some.flatMap(({ name, functions }) => [name, ...functions]))
  const known = each([...called(contacts.filter(({ hasChannel }) => hasChannel)), ...others]).toSorted()
  // A configuration without people says nothing about names.
  if (known.length === 0) return []
  const [done, would] = key === 'page' ? ['called for', 'paged'] : ['told as', 'told']
  return listAt(tree, [list]).flatMap((item, at) =>
    listAt(item, [key]).flatMap((name, index): Finding[] => {
      if (typeof name !== 'string' || known.includes(name)) return []
      const reader = contacts.find(contact => called([contact]).includes(name))
      const message =
        reader === undefined
          ? `nobody is ${done} \`${name}\``
          : `nobody can be ${would} as \`${name}\`: ${reader.name} has only a link`
      return [{ path: [list, at, key, index], message, hint: nameHint(name, known) }]
    }),
  )
}

function each(names: readonly string[]): string[] {
  return [...new Set(names)]
}
