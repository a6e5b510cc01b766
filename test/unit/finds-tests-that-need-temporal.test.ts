import { expect, test } from 'vitest'
import { testsThatNeedTemporal } from '../support/needs-temporal.ts'

const found = testsThatNeedTemporal(process.cwd())

test.each([
  ['asks for the server itself', 'test/api/starts-and-stops.test.ts'],
  ['starts one of its own', 'test/embedded/temporal-keeps-its-data.test.ts'],
  ['uses the harness of incidents', 'test/workflow/gates-decide.test.ts'],
  ['uses support that uses support', 'test/faults/temporal-down.test.ts'],
])('a test that %s is left out where there is none', (_, file) => {
  expect(found).toContain(file)
})

test.each(['test/store/migrations-run-once.test.ts', 'test/cli/doctor-says-what-is-wrong.test.ts'])(
  '%s runs everywhere',
  file => {
    expect(found).not.toContain(file)
  },
)
