/**
 * Goal: an api that dies in the middle of a sync leaves the runbooks of before in force, and one that dies right after its commit
 * has told every worker. Method: it stops itself there and is killed; another process looks, and the sync is sent again.
 */
import { appendFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { createInForceReader, readChanges } from '../../store/runbooks-in-force.ts'
import { startWorld } from '../support/real-world.ts'
import { smallRunbook } from '../support/small-runbooks.ts'
import { verifyStored } from '../support/stored-record.ts'

const adminToken = 'token-of-the-admin-of-this-world'

test.each([
  {
    title: 'before its commit',
    fault: { pause: 'insert into runbook_change', when: 'after', nth: 2 },
    seen: 'Before',
  },
  {
    title: 'right after its commit',
    fault: { pause: 'commit', when: 'after', within: 'insert into runbook_change', nth: 2 },
    seen: 'After',
  },
] as const)('killed $title', async ({ fault, seen }) => {
  const world = await startWorld()
  appendFileSync(
    path.join(world.folder, 'paramedic.yaml'),
    "principals: [{ name: admin, roles: [admin], token: '${file:admin-token}' }]\n",
  )
  writeFileSync(path.join(world.folder, 'admin-token'), adminToken)
  const inForce = createInForceReader()
  const titles = async (): Promise<string[]> =>
    (await inForce(world.pool)).map(({ runbook }) => runbook.title)
  const sync = (url: string, title: string): Promise<Response> =>
    fetch(`${url}/v1/runbooks`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${adminToken}` },
      body: JSON.stringify({ files: [{ file: 'default.yaml', source: smallRunbook('default', { title }) }] }),
    })

  const doomed = await world.startApi(fault)
  expect((await sync(doomed.url, 'Before')).status).toBe(200)
  expect(await titles()).toEqual(['Before'])
  const cutOff = sync(doomed.url, 'After').catch(() => 'no answer')
  await doomed.says('process paused')
  await doomed.kill()
  expect(await cutOff).toBe('no answer')
  expect(await titles()).toEqual([seen])

  const next = await world.startApi()
  expect((await sync(next.url, 'After')).status).toBe(200)
  expect(await titles()).toEqual(['After'])
  expect(await readChanges(world.pool, 'default', 10)).toHaveLength(2)
  expect((await verifyStored(world.pool)).rowFaults).toEqual([])
})
