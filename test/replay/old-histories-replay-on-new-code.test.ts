import { readdirSync, readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { beforeAll, expect, test } from 'vitest'
import { behaviours } from './behaviours.ts'
import { historiesFolder, quietRuntime, replay } from './replay.ts'

beforeAll(quietRuntime)

interface Kept {
  workflowId: string
  history: { events: { activityTaskScheduledEventAttributes?: { activityType: { name: string } } }[] }
}

function read(name: string): Kept {
  return JSON.parse(
    gunzipSync(readFileSync(new URL(`${name}.json.gz`, historiesFolder))).toString('utf8'),
  ) as Kept
}

const names = readdirSync(historiesFolder).map(file => file.replace('.json.gz', ''))

test('every behaviour has its history, at least twelve of them', () => {
  expect(names.toSorted()).toEqual(Object.keys(behaviours).toSorted())
  expect(names.length).toBeGreaterThanOrEqual(12)
})

test.each(names)('%s', async name => {
  const { history, workflowId } = read(name)
  await expect(replay(history, workflowId)).resolves.toBeUndefined()
})

test('an altered history does not replay', async () => {
  const { history, workflowId } = read(names[0]!)
  const scheduled = history.events.find(
    event => event.activityTaskScheduledEventAttributes?.activityType.name === 'plan',
  )
  scheduled!.activityTaskScheduledEventAttributes!.activityType.name = 'page'
  await expect(replay(history, workflowId)).rejects.toThrow(/[Nn]ondeterminism|TMPRL1100/)
})
