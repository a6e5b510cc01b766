import { afterAll, beforeAll, inject, test } from 'vitest'
import { foreseen } from '../../api/foresight-examples.ts'
import { openDatabase } from '../../store/database.ts'
import { createComparison, exchangesOf } from '../support/documented-exchanges.ts'
import { stageNight } from '../support/documented-night.ts'
import { type DocumentedService, startDocumentedService } from '../support/documented-service.ts'
import { type FreshDatabase, freshDatabase } from '../support/fresh-database.ts'

const serverUrl = inject('postgresUrl')

// The tests are named after the examples of the document that is served, so the service comes before them.
const service = await startDocumentedService(serverUrl)
const document = await service.document()
const expectAsDocumented = createComparison(document)

let night: FreshDatabase
let untouched: DocumentedService
beforeAll(async () => {
  night = await freshDatabase(serverUrl)
  await stageNight(night.pool)
  // PostgreSQL copies only what nobody is connected to.
  await night.pool.end()
  untouched = await startDocumentedService(serverUrl, {}, night.name)
})
afterAll(async () => {
  await service.close()
  await untouched.close()
  await night.drop()
})

/** What the night does not hold; every other example is called in it, what changes something in a copy of its own. */
const elsewhere: Record<string, () => Parameters<typeof startDocumentedService>[1]> = {
  'readReadiness/down': () => ({ pool: openDatabase('postgresql://postgres@127.0.0.1:1/none') }),
  // What workers say is theirs; that they do is in test/workflow/says-what-would-be-done-and-does-nothing.test.ts.
  'testRunbook/planned': () => ({ foresights: { foresee: async () => foreseen.foresight! } }),
}

const examples = exchangesOf(document).filter(({ hasRequest }) => hasRequest)

test.each(examples.map(one => [one.title, one] as const))('%s', async (title, exchange) => {
  const mayChange = exchange.method !== 'GET' && exchange.status.startsWith('2')
  if (!mayChange && elsewhere[title] === undefined)
    return expectAsDocumented(exchange, await untouched.send(exchange))
  const changes = elsewhere[title]?.() ?? {}
  const own = await startDocumentedService(serverUrl, changes, night.name)
  await expectAsDocumented(exchange, await own.send(exchange))
  await own.close()
  await changes.pool?.end()
})
