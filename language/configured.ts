/**
 * What a runbook needs to know of a configuration, read from the file as it was written: an author's machine and a pipeline have
 * none of its secrets.
 */
import { autonomies, type Autonomy } from '../contracts/incident.ts'
import type { Principal } from '../contracts/principals.ts'
import { type Role, roles } from '../contracts/configuration/people.ts'
import { referencesIn } from './references.ts'
import { entriesOf, listAt, valueAt } from './tree.ts'

export interface Configured {
  targets: ConfiguredTarget[]
  principals: Principal[]
  contacts: ConfiguredContact[]
  /** Names of those who are told without being called. */
  stakeholders: string[]
  /** That its threshold rules put on their alerts. */
  labels: string[]
}

export interface ConfiguredTarget {
  name: string
  kind: string
  role: string
  group?: string | undefined
  /** Its system and environment, as one word. */
  place: string
  autonomy: Autonomy
  /** What of a redis may be deleted; undefined when that cannot be known here. */
  rebuildablePrefixes: string[] | undefined
  /** Whether all of it may be; undefined when that cannot be known here. */
  rebuildableDatabase: boolean | undefined
  /** Whether it is said how the process of a service is run. */
  hasProcess: boolean
}

export interface ConfiguredContact {
  name: string
  functions: string[]
  hasChannel: boolean
}

/** What cannot be known without looking a reference up, or is no text, is left out: then nothing is said about it. */
export function configuredIn(tree: unknown): Configured {
  const known = (list: string): unknown[] => {
    const items = listAt(tree, [list])
    return items.every(item => named[list]?.every(key => isWritten(valueAt(item, [key])))) ? items : []
  }
  return {
    targets: known('targets').map(targetOf),
    principals: known('principals').map(principalOf),
    contacts: known('contacts').map(contactOf),
    stakeholders: known('stakeholders').map(stakeholder => String(valueAt(stakeholder, ['name']))),
    labels: listAt(tree, ['rules']).flatMap(rule =>
      entriesOf(valueAt(rule, ['labels'])).map(([name]) => name),
    ),
  }
}

/** Keys that decide what is said; a list in which one is a reference is not known. */
const named: Readonly<Record<string, readonly string[]>> = {
  targets: ['name', 'kind', 'role', 'group', 'system', 'environment', 'autonomy'],
  principals: ['name', 'roles', 'functions'],
  contacts: ['name', 'functions'],
  stakeholders: ['name'],
}

function isWritten(value: unknown): boolean {
  if (Array.isArray(value)) return value.every(isWritten)
  return typeof value !== 'string' || referencesIn(value).length === 0
}

function targetOf(target: unknown): ConfiguredTarget {
  const text = (key: string): string => String(valueAt(target, [key]))
  const prefixes = listAt(target, ['rebuildable_prefixes'])
  const whole = valueAt(target, ['rebuildable_database'])
  const autonomy = autonomies.find(known => known === valueAt(target, ['autonomy'])) ?? 'observe'
  return {
    name: text('name'),
    kind: text('kind'),
    role: text('role'),
    group: valueAt(target, ['group']) === undefined ? undefined : text('group'),
    place: JSON.stringify([text('system'), text('environment')]),
    autonomy,
    rebuildablePrefixes: isWritten(prefixes) ? prefixes.map(String) : undefined,
    rebuildableDatabase: isWritten(whole) ? whole === true : undefined,
    hasProcess: valueAt(target, ['process']) !== undefined,
  }
}

function principalOf(principal: unknown): Principal {
  const isRole = (role: unknown): role is Role => (roles as readonly unknown[]).includes(role)
  return {
    name: String(valueAt(principal, ['name'])),
    roles: listAt(principal, ['roles']).filter(isRole),
    functions: listAt(principal, ['functions']).map(String),
  }
}

function contactOf(contact: unknown): ConfiguredContact {
  return {
    name: String(valueAt(contact, ['name'])),
    functions: listAt(contact, ['functions']).map(String),
    hasChannel: listAt(contact, ['reach']).length > 0,
  }
}
