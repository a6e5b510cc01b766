import { beforeEach, expect, it } from 'vitest'
import { postmortemOf } from './support/full-postmortem.ts'
import { refusal } from './support/api-stand-in.ts'
import { number } from './support/full-timeline.ts'
import { runOnTerminal, runParamedic } from './support/run-paramedic.ts'
import { setScene } from './support/scene.ts'

const scene = setScene()
const path = `/v1/incidents/${number}/postmortem`
const view = postmortemOf()
const complete = { ...view, missing: [] }
const summary = { ...view, publishedAt: null, openActionItems: 1 }
beforeEach(() => scene.api.on(`GET ${path}`, view))

const run = (...args: string[]) => runParamedic(args, { env: scene.env })

it('show has what people wrote, what is on record, and the next command', async () => {
  const { stdout } = await run('postmortem', 'show', number)
  expect(stdout).toContain('A code path kept its connections.')
  expect(stdout).toContain('ana noted: `the deploy of 02:50 looks guilty`')
  expect(stdout.trimEnd().split('\n').at(-1)).toBe(`npx paramedic postmortem edit ${number}`)
})

it('an older version is asked for by its number', async () => {
  scene.api.on(`GET ${path}?version=2`, { ...view, shownVersion: 2 })
  expect((await run('postmortem', 'show', number, '--kept', '2')).stdout).toContain(
    'Version 2 (the newest is 3)',
  )
})

it('the list says what is overdue, with the command for it', async () => {
  const overdue = {
    ...summary,
    incident: 'INC-2025-03-13-002',
    isOverdue: true,
    dueAt: '2025-03-15T00:00:00Z',
  }
  scene.api.on('GET /v1/postmortems?limit=20&state=due', {
    postmortems: [summary, overdue],
    nextCursor: null,
  })
  const { stdout } = await run('postmortem', 'list', '--state', 'due')
  expect(stdout).toMatch(/INC-2025-03-13-002 .* ago/)
  expect(stdout.trimEnd().endsWith('npx paramedic postmortem edit INC-2025-03-13-002')).toBe(true)
})

it('a review is of the version that was shown, and only after a yes', async () => {
  scene.api.on(`GET ${path}`, complete)
  scene.api.on(`POST ${path}/review`, { version: 3 })
  const unasked = await run('postmortem', 'review', number)
  expect([unasked.exitCode, scene.api.posts()]).toEqual([2, []])
  const asked = await runOnTerminal(['postmortem', 'review', number, '--comment', 'right'], {
    env: scene.env,
    type: { when: 'Is it right?', text: 'yes\r' },
  })
  expect(asked.stdout).toContain('is reviewed')
  expect(scene.api.posts()).toEqual([{ path: `${path}/review`, body: { version: 3, comment: 'right' } }])
})

it('publishing says whether it was reviewed; a refusal says what is missing', async () => {
  scene.api.on(`POST ${path}/publish`, { version: 3, reviewedBy: null })
  expect((await run('postmortem', 'publish', number)).stdout).toContain('is published, without a review')
  scene.api.on(`POST ${path}/publish`, refusal(409, 'postmortem_incomplete', 'It still lacks: Lessons.'))
  const refused = await run('postmortem', 'publish', number)
  expect(refused).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('It still lacks: Lessons.') })
})

it('a published one is opened again with a reason', async () => {
  scene.api.on(`POST ${path}/reopen`, { version: 4 })
  expect((await run('postmortem', 'reopen', number)).exitCode).toBe(2)
  const { stdout } = await run('postmortem', 'reopen', number, '--reason', 'a second cause')
  expect(stdout).toContain(`postmortem edit ${number}`)
  expect(scene.api.posts()).toEqual([{ path: `${path}/reopen`, body: { reason: 'a second cause' } }])
})

it.each([
  ['markdown', `# Post-mortem of ${number}`],
  ['amas', '**Severity**: High (SEV1)'],
  ['json', '"actionItems"'],
])('exports as %s', async (format, words) => {
  const { exitCode, stdout } = await run('postmortem', 'export', number, '--format', format)
  expect([exitCode, stdout.includes(words)]).toEqual([0, true])
})

it('action items are listed and done', async () => {
  const item = { ...view.actionItems[1]!, incident: number, title: 'x', isOverdue: true, dueOn: '2025-04-01' }
  scene.api.on('GET /v1/action-items?state=open&limit=50', { actionItems: [item], nextCursor: null })
  const listed = await run('action', 'list')
  expect(listed.stdout).toMatch(/2 +2025-04-01 +nobody +Alert on growth/)
  expect(listed.stdout).toContain(`npx paramedic action done ${number} 2`)
  scene.api.on(`POST /v1/incidents/${number}/action-items/2/done`, {
    isFirst: false,
    by: 'ben',
    at: '2025-03-20T10:00:00Z',
  })
  expect((await run('action', 'done', number, '2', '--note', 'shipped')).stdout).toContain(
    'done before, by ben',
  )
  expect(scene.api.posts()).toMatchObject([{ body: { note: 'shipped' } }])
})

it('obeys nothing that others wrote', async () => {
  const hostile = 'SEEN\u001b[31m\u001b]0;owned\u0007\u202e\n# forged'
  const poisoned = {
    ...view,
    title: hostile,
    facts: { ...view.facts, title: hostile, acts: [{ ...view.facts.acts[0]!, text: hostile }] },
    sections: { ...view.sections, cause: hostile },
  }
  scene.api.on(`GET ${path}`, poisoned)
  const { stdout } = await run('postmortem', 'show', number)
  expect(stdout).toContain('SEEN')
  // oxlint-disable-next-line no-control-regex -- control characters are exactly what is looked for
  expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/)
  expect(stdout.split('\n').filter(line => line.startsWith('# '))).toHaveLength(1)
})
