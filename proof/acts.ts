/** What people and sources did exists three times: as an entry, as a message row, and as the answer the workflow read. */
import { canonicalJson } from '../contracts/canonical-json.ts'
import type { IncidentMessage } from '../contracts/messages.ts'
import { openedWith } from '../contracts/opened-with.ts'
import type { Binding } from '../contracts/runbook.ts'
import type { ResolvedInput } from '../contracts/runbook-input.ts'
import type { TimelineEntry, TimelineEvents } from '../contracts/timeline.ts'

/** The same text for the same act, wherever it is read. */
export type ActKey = string

interface MessageFields {
  kind: string
  [field: string]: unknown
}

/** The act an entry records; undefined for what leaves no message, such as notes and Paramedic's own decisions. */
export function actOfEntry(entry: TimelineEntry): ActKey | undefined {
  const fields = messageFields(entry)
  return fields === undefined ? undefined : keyOf({ ...fields, atMs: entry.atMs })
}

export function actOfMessage(message: IncidentMessage | (MessageFields & { atMs: number })): ActKey {
  // The row id is the delivery's, whether an alert is new is decided after its entry, and which judgement of the workflow came
  // before a person's is for the workflow alone.
  // The text of another version of the runbook is the same for the same hash.
  const {
    rowId: _,
    isNew: __,
    judged: ___,
    runbook: _r,
    ...fields
  } = message as MessageFields & { atMs: number }
  return keyOf(fields['kind'] === 'rebased' ? asItsEntrySays(fields) : fields)
}

/** An entry says of roles and inputs only what people read. */
function asItsEntrySays({ bindings, inputs, ...fields }: MessageFields): MessageFields {
  return { ...fields, ...openedWith(listOf<Binding>(bindings), listOf<ResolvedInput>(inputs)) }
}

/** Whoever changed a row by hand may have left no list in it. */
function listOf<T>(value: unknown): T[] {
  return Array.isArray(value) ? value.filter(one => typeof one === 'object' && one !== null) : []
}

export function isFreezeAct(key: ActKey): boolean {
  return (JSON.parse(key) as MessageFields).kind === 'freeze-changed'
}

function keyOf(fields: MessageFields): ActKey {
  return canonicalJson(fields)
}

function messageFields({ kind, data, actor }: TimelineEntry): MessageFields | undefined {
  const isPerson = actor.startsWith('person:')
  const by = actor.slice(actor.indexOf(':') + 1)
  switch (kind) {
    case 'alert.firing':
    case 'alert.resolved': {
      const status = kind === 'alert.firing' ? 'firing' : 'resolved'
      return { kind: 'alert', alertKey: data.alertKey, name: data.name, status }
    }
    case 'incident.opened':
      return data.routine === undefined ? undefined : { kind: 'due' }
    case 'acknowledged':
      return { kind, by, epoch: data.epoch }
    case 'gate.decided':
      return data.answer === undefined
        ? { kind: 'gate-decided', gateId: data.gateId, state: data.state, by }
        : { kind: 'outcome-decided', gateId: data.gateId, outcome: data.answer, by }
    case 'severity.changed': {
      const label = data.label === undefined ? {} : { label: data.label }
      return isPerson ? { kind: 'severity-set', severity: data.to, ...label, by } : undefined
    }
    case 'impact.changed':
      return isPerson ? { kind: 'impact-set', impact: data.to, by } : undefined
    case 'resolve.requested':
      return { kind: 'resolved', by, ...(data.reason === undefined ? {} : { reason: data.reason }) }
    case 'cancel.requested':
      return { kind: 'cancelled', by, reason: data.reason }
    case 'runbook.rebased':
      return rebasedFields(data, by)
    case 'freeze.on':
    case 'freeze.off':
      return { kind: 'freeze-changed', on: kind === 'freeze.on', by }
    default:
      return undefined
  }
}

function rebasedFields(
  { to, bindings, unbound, inputs, levelSlots }: TimelineEvents['runbook.rebased'],
  by: string,
): MessageFields {
  return {
    kind: 'rebased',
    hash: to,
    by,
    bindings,
    levelSlots,
    ...(unbound === undefined ? {} : { unbound }),
    ...(inputs === undefined ? {} : { inputs }),
  }
}
