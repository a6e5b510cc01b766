/** What people and sources did exists three times: as an entry, as a message row, and as the answer the workflow read. */
import { canonicalJson } from '../contracts/canonical-json.ts'
import type { IncidentMessage } from '../contracts/messages.ts'
import type { TimelineEntry } from '../contracts/timeline.ts'

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
  // What another version of the runbook means is in its entry, and is the same for the same hash.
  const {
    rowId: _,
    isNew: __,
    judged: ___,
    runbook: _r,
    bindings: _b,
    inputs: _i,
    levelSlots: _l,
    ...fields
  } = message as MessageFields & { atMs: number }
  return keyOf(fields)
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
      return { kind: 'rebased', hash: data.to, by }
    case 'freeze.on':
    case 'freeze.off':
      return { kind: 'freeze-changed', on: kind === 'freeze.on', by }
    default:
      return undefined
  }
}
