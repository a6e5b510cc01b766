import { expect, test } from 'vitest'
import { demandGate } from '../../contracts/demand-gate.ts'
import type { RunbookGate } from '../../contracts/runbook.ts'

const asked = (quorum: number): RunbookGate => ({
  approvers: ['role:on-call'],
  quorum,
  expiresMs: 60_000,
  onExpiry: 'stop',
})

test.each([
  ['auto and disruptive without a gate: it may run', undefined, 'auto', 'disruptive', undefined],
  ['auto and reversible without a gate: it may run', undefined, 'auto', 'reversible', undefined],
  ['propose asks one approver', undefined, 'propose', 'disruptive', [1, 'autonomy']],
  ['destructive takes two people, also where nobody asked', undefined, 'auto', 'destructive', [2, 'risk']],
  ['destructive takes two people in propose', undefined, 'propose', 'destructive', [2, 'autonomy']],
  [
    'a runbook that asks one person for something destructive gets two',
    1,
    'auto',
    'destructive',
    [2, 'runbook'],
  ],
  ['a runbook may ask for more', 3, 'auto', 'destructive', [3, 'runbook']],
  ['a runbook that asks is asked for itself', 1, 'propose', 'disruptive', [1, 'runbook']],
] as const)('%s', (_title, quorum, autonomy, risk, expected) => {
  const demand = demandGate(quorum === undefined ? undefined : asked(quorum), autonomy, risk)
  expect(demand && [demand.quorum, demand.because]).toEqual(expected)
})

test('without a runbook’s own gate anybody who approves is asked, and nobody answering escalates', () => {
  expect(demandGate(undefined, 'propose', 'disruptive')).toMatchObject({
    approvers: ['role:approver'],
    onExpiry: 'escalate',
  })
})
