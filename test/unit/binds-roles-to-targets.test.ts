import { expect, test } from 'vitest'
import { bindTargets, type BindableTarget } from '../../language/bind.ts'

const place = { system: 'shop', environment: 'production' }
const db: BindableTarget = { name: 'orders-db', kind: 'postgres', role: 'db', ...place }

test.each([
  ['its only target', [db], { target: 'orders-db' }],
  ['its target with the site it is at', [{ ...db, site: 'berlin' }], { target: 'orders-db', site: 'berlin' }],
  ['nothing when there is none', [], { problem: 'unbound', candidates: [] }],
  ['nothing of another system', [{ ...db, system: 'crm' }], { problem: 'unbound', candidates: [] }],
  [
    'nothing of another environment',
    [{ ...db, environment: 'staging' }],
    { problem: 'unbound', candidates: [] },
  ],
  ['nothing of another kind', [{ ...db, kind: 'redis' as const }], { problem: 'unbound', candidates: [] }],
  ['nothing of another role', [{ ...db, role: 'replica' }], { problem: 'unbound', candidates: [] }],
  [
    'no guess among several',
    [
      { ...db, name: 'b-db' },
      { ...db, name: 'a-db' },
    ],
    { problem: 'ambiguous', candidates: ['a-db', 'b-db'] },
  ],
])('a role gets %s', (_, targets, expected) => {
  expect(bindTargets({ db: 'postgres' }, place, targets)).toEqual([
    { role: 'db', kind: 'postgres', ...expected },
  ])
})

test('every role is answered, in the order of the runbook', () => {
  const bindings = bindTargets({ db: 'postgres', api: 'service' }, place, [db])
  expect(bindings.map(({ role }) => role)).toEqual(['db', 'api'])
})
