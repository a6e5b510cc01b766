import type { IncidentRows } from '../contracts/audit-views.ts'
import { type ActKey, actOfMessage, isFreezeAct } from './acts.ts'
import type { Known } from './known.ts'
import type { Found } from './row-fault.ts'

/** Every act has its entry and its message: one without the other would be a message nobody sent, or an act nobody heard of. */
export function actFaults(
  known: Known,
  { incident, messages }: IncidentRows,
  freezes: ReadonlySet<ActKey>,
): Found[] {
  const unheard = new Map<ActKey, number[]>()
  for (const { key, seq } of known.acts) unheard.set(key, [...(unheard.get(key) ?? []), seq])
  const found: Found[] = []
  for (const message of messages) {
    const key = actOfMessage({ ...message.body, kind: message.kind, atMs: Date.parse(message.at) })
    const row = `message ${message.id}`
    if (isFreezeAct(key)) {
      if (!freezes.has(key)) found.push({ row, says: 'no entry says that the freeze changed then' })
      continue
    }
    if (unheard.get(key)?.shift() === undefined)
      found.push({ row, says: `no entry says so (${message.kind} at ${message.at})` })
  }
  const seqs = [...unheard.values()].flat()
  return [
    ...found,
    ...seqs.map(seq => ({
      row: `message of ${incident.number}`,
      says: `entry ${seq} left no message for the workflow`,
    })),
  ]
}
