import { expect, test } from 'vitest'
import type { IncidentMessage } from '../../contracts/messages.ts'
import { openedWith } from '../../contracts/opened-with.ts'
import type { Binding } from '../../contracts/runbook.ts'
import type { ResolvedInput } from '../../contracts/runbook-input.ts'
import type { TimelineEntry } from '../../contracts/timeline.ts'
import { actOfEntry, actOfMessage } from '../../proof/acts.ts'

const bindings: Binding[] = [
  { role: 'db', kind: 'postgres', target: 'shop-db' },
  { role: 'api', kind: 'service', problem: 'unbound', candidates: [] },
]
const inputs: ResolvedInput[] = [{ name: 'most', type: 'int', value: 50, source: 'default' }]
const levelSlots = [0, 10_001]
const move = {
  kind: 'rebased',
  rowId: 7,
  hash: 'to',
  runbook: {},
  bindings,
  inputs,
  levelSlots,
  by: 'ana',
  atMs: 1,
}
const entry = {
  kind: 'runbook.rebased',
  actor: 'person:ana',
  atMs: 1,
  data: { runbook: 'default', from: 'from', to: 'to', ...openedWith(bindings, inputs), levelSlots },
} as unknown as TimelineEntry
const actOf = (changed: object) => actOfMessage({ ...move, ...changed } as unknown as IncidentMessage)

test('a message and its entry are one act', () => {
  expect(actOf({})).toBe(actOfEntry(entry))
})

test.each<[string, object]>([
  ['another target', { bindings: [{ role: 'db', kind: 'postgres', target: 'other-db' }, bindings[1]] }],
  [
    'a target where there was none',
    { bindings: [bindings[0], { role: 'api', kind: 'service', target: 'api' }] },
  ],
  ['no targets', { bindings: null }],
  ['another value', { inputs: [{ ...inputs[0], value: 5_000 }] }],
  ['other pages', { levelSlots: [0, 1] }],
])('a message with %s is another act', (_, changed) => {
  expect(actOf(changed)).not.toBe(actOfEntry(entry))
})
