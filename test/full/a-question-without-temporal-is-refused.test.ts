import { expect, inject, test } from 'vitest'
import { foreseenAlert, foreseenRunbook } from '../../api/foresight-examples.ts'
import { createForesights } from '../../api/foresights.ts'
import { startApi } from '../support/api-under-test.ts'

test('what would be done is not known without Temporal, and that somebody asked stays on record', async () => {
  const foresights = createForesights({ address: '127.0.0.1:1', namespace: 'none' })
  const api = await startApi(inject('postgresUrl'), { foresights })
  const asked = { alert: foreseenAlert, runbook: { source: foreseenRunbook } }
  expect(await api.call('responder', 'POST', '/v1/runbooks/test', asked)).toMatchObject({
    status: 503,
    body: { error: { code: 'temporal_unavailable' } },
  })
  const { rows } = await api.database.pool.query<{ content: string }>('select content from audit_entry')
  expect(rows.map(({ content }) => (JSON.parse(content) as { kind: string }).kind)).toEqual([
    'runbook.tested',
  ])
  await api.close()
  await foresights.close()
})
