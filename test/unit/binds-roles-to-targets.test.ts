import { expect, test } from 'vitest'
import { limits } from '../../contracts/limits.ts'
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

test('a role for many gets all of them in the order of their names, each with its site', () => {
  const targets = [
    { ...db, name: 'b-db', site: 'berlin' },
    { ...db, name: 'a-db' },
    { ...db, system: 'crm' },
  ]
  expect(bindTargets({ db: { kind: 'postgres', many: true } }, place, targets)).toEqual([
    { role: 'db', kind: 'postgres', members: [{ target: 'a-db' }, { target: 'b-db', site: 'berlin' }] },
  ])
})

test('a group narrows it, for one as for many', () => {
  const targets = [
    { ...db, name: 'a-db', group: 'edge' },
    { ...db, name: 'b-db', group: 'core' },
  ]
  const bound = (many: { many?: true }) =>
    bindTargets({ db: { kind: 'postgres', group: 'edge', ...many } }, place, targets)
  expect(bound({})).toMatchObject([{ target: 'a-db' }])
  expect(bound({ many: true })).toMatchObject([{ members: [{ target: 'a-db' }] }])
})

test('more than a check can measure at once is a problem, and so is none', () => {
  const many = { db: { kind: 'postgres', many: true } } as const
  const targets = Array.from({ length: limits.targetsPerRole + 1 }, (_, index) => ({
    ...db,
    name: `db-${index}`,
  }))
  expect(bindTargets(many, place, targets.slice(1))).toMatchObject([{ members: expect.anything() }])
  expect(bindTargets(many, place, targets)).toMatchObject([{ problem: 'too many' }])
  expect(bindTargets(many, place, [])).toMatchObject([{ problem: 'unbound' }])
})
