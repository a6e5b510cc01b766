import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { postmortemFile } from '../../cli/postmortem/write-file.ts'
import { postmortemOf } from './support/full-postmortem.ts'
import { number } from './support/full-timeline.ts'
import { refusal } from './support/api-stand-in.ts'
import { runParamedic, type Finished } from './support/run-paramedic.ts'
import { setScene } from './support/scene.ts'

const scene = setScene()
const path = `/v1/incidents/${number}/postmortem`
const view = postmortemOf()
let state: string
beforeEach(() => {
  state = mkdtempSync(join(tmpdir(), 'paramedic-state-'))
  scene.api.on(`GET ${path}`, view)
  scene.api.on(`PUT ${path}`, { version: 4, isChanged: true })
})
afterEach(() => rmSync(state, { recursive: true, force: true }))

const kept = () => join(state, 'paramedic', 'post-mortems', `${number}.md`)
const sent = () => scene.api.requests.filter(({ method }) => method === 'PUT').map(({ body }) => body)

it('sends what was written, with the version it is based on, and keeps nothing', async () => {
  const { exitCode, stdout } = await edit(`sed -i 's/^A code path kept .*/Two **leaks**/'`)
  expect(exitCode).toBe(0)
  expect(stdout).toContain('Version 4 of the post-mortem')
  expect(sent()).toEqual([
    {
      basedOn: 3,
      sections: { ...view.sections, cause: 'Two **leaks**' },
      ticked: ['trends'],
      actionItems: [
        { item: 1, text: 'Give connections back in one place', owner: 'ana', dueOn: '2025-03-28' },
        { item: 2, text: 'Alert on growth', owner: null, dueOn: null },
      ],
    },
  ])
  expect(existsSync(kept())).toBe(false)
})

it('takes action items and ticks from the file', async () => {
  await edit(
    `sed -i -e 's/^- #2 .*/- #2 Alert on growth | owner: ben | due: 2025-04-01\\n- Tell a | b apart | owner: cleo/' -e 's/- \\[ \\] The lessons/- [x] The lessons/'`,
  )
  expect(sent()).toMatchObject([
    {
      ticked: ['trends', 'shared'],
      actionItems: [
        { item: 1 },
        { item: 2, owner: 'ben', dueOn: '2025-04-01' },
        { text: 'Tell a | b apart', owner: 'cleo', dueOn: null },
      ],
    },
  ])
})

it('says that nothing changed when nothing did', async () => {
  const { exitCode, stdout } = await edit('true')
  expect([exitCode, stdout.trim()]).toEqual([0, 'Nothing changed.'])
  expect(sent()).toEqual([])
  expect(existsSync(kept())).toBe(false)
})

it('an editor that is left with an error sends nothing, and keeps what was written', async () => {
  expect(await edit('false')).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('editor_failed') })
  expect(existsSync(kept())).toBe(false)
  await edit(`sh -c 'echo "- #3" >> "$0"; exit 1'`)
  expect(existsSync(kept())).toBe(true)
  expect(sent()).toEqual([])
})

it('without a terminal and an editor it says where the form is, and opens none', async () => {
  const env = { ...scene.env, XDG_STATE_HOME: state }
  const { exitCode, stderr } = await runParamedic(['postmortem', 'edit', number], { env })
  expect(exitCode).toBe(1)
  expect(stderr).toContain(`There is no terminal for an editor; the form is ${kept()}`)
  expect(stderr).toContain(`postmortem edit ${number} --file ${kept()}`)
  expect(existsSync(kept())).toBe(true)
})

it('when somebody was faster, the text stays in a file, and the command that sends it again is said', async () => {
  scene.api.on(`PUT ${path}`, refusal(409, 'postmortem_changed', 'The newest version is 4, written by ben.'))
  const refused = await edit(`sed -i 's/^A code path kept .*/my own words/'`)
  expect(refused.exitCode).toBe(1)
  expect(refused.stderr).toContain(`Your text is kept in ${kept()}.`)
  expect(refused.stderr).toContain(`postmortem edit ${number} --file ${kept()}`)
  expect(readFileSync(kept(), 'utf8')).toContain('my own words')

  scene.api.on(`PUT ${path}`, { version: 5, isChanged: true })
  writeFileSync(kept(), readFileSync(kept(), 'utf8').replace('based on version 3', 'based on version 4'))
  const again = await run(['--file', kept()])
  expect([again.exitCode, existsSync(kept())]).toEqual([0, false])
  expect(sent()[1]).toMatchObject({ basedOn: 4, sections: { cause: 'my own words' } })
})

it('a file of the person’s own is sent and left alone', async () => {
  const file = join(state, 'mine.md')
  writeFileSync(file, postmortemFile(view).replace('A code path kept its connections.', 'mine'))
  expect((await run(['--file', file])).exitCode).toBe(0)
  expect(sent()).toMatchObject([{ sections: { cause: 'mine' } }])
  expect(existsSync(file)).toBe(true)
})

it('when the service is away, the text stays, and the next edit goes on with it', async () => {
  await scene.api.close()
  writeFileSync(join(state, 'first.md'), postmortemFile(view))
  const away = await run(['--file', join(state, 'first.md')])
  expect(away).toMatchObject({
    exitCode: 3,
    stderr: expect.stringContaining(`kept in ${join(state, 'first.md')}`),
  })
})

it('text that was never sent is opened again, not written over', async () => {
  scene.api.on(`PUT ${path}`, refusal(503, 'database_unavailable', 'PostgreSQL did not answer.'))
  await edit(`sed -i 's/^A code path kept .*/my own words/'`)
  scene.api.on(`PUT ${path}`, { version: 4, isChanged: true })
  const { stdout } = await edit('true')
  expect(stdout).toContain('Going on with what was not sent before')
  expect(sent().at(-1)).toMatchObject({ sections: { cause: 'my own words' } })
  expect(existsSync(kept())).toBe(false)
})

it.each([
  [
    'a heading nobody knows',
    's/^## Root cause/## Root causes/',
    'line 9: "Root causes" is no heading of a post-mortem; did you mean `Root cause`?',
  ],
  ['a heading that is gone', '/^## Lessons/d', 'the heading "## Lessons" is missing'],
  [
    'another incident',
    '1s/INC-[0-9-]*/INC-2020-01-01-001/',
    'line 1: this is the post-mortem of INC-2020-01-01-001',
  ],
  ['a day that is none', 's/due: 2025-03-28/due: 2025-02-30/', '"2025-02-30" is no day'],
  ['an item without a dash', 's/^- #2 /2. /', 'an action item is "- what | owner: who | due: 2026-12-31"'],
  [
    'a checklist of one’s own',
    's/The timeline is documented/The timeline is done/',
    'the checklist lacks "The timeline is documented"',
  ],
  [
    'a code block without end',
    's/^A code path kept .*/```/',
    'line 12: the code block that begins here does not end',
  ],
])('%s is a fault with its line, and nothing is lost', async (_, change, fault) => {
  const { exitCode, stderr } = await edit(`sed -i '${change}'`)
  expect(exitCode).toBe(1)
  expect(stderr).toContain('Nothing was sent')
  expect(stderr).toContain(fault)
  expect(sent()).toEqual([])
  expect(existsSync(kept())).toBe(true)
})

it('any Markdown of a section comes back as it was', async () => {
  const cause =
    'a\n\n# one\n## Lessons\n\\## escaped\n### three\n\n```sh\n# a comment\n## Prevention\n```\n<!-- kept -->\n    indented'
  scene.api.on(`GET ${path}`, { ...view, sections: { ...view.sections, cause } })
  await edit(`sed -i 's/^- \\[ \\] The lessons/- [x] The lessons/'`)
  expect(sent()).toMatchObject([{ sections: { ...view.sections, cause } }])
})

it('what is on record is shown below and never sent', async () => {
  await edit(`sh -c 'cp "$0" ${state}/seen.md; sed -i "s/ana acknowledged/nobody acknowledged/" "$0"'`)
  expect(readFileSync(join(state, 'seen.md'), 'utf8')).toContain('ana acknowledged')
  expect(sent()[0]).not.toHaveProperty('facts')
})

it('a published one is not opened in vain', async () => {
  scene.api.on(`GET ${path}`, { ...view, state: 'published' })
  const { exitCode, stderr } = await edit('true')
  expect(exitCode).toBe(1)
  expect(stderr).toContain(`postmortem reopen ${number}`)
  expect(readdirSync(state)).toEqual([])
})

function edit(editor: string): Promise<Finished> {
  return run([], { EDITOR: editor })
}

function run(options: string[], env: Record<string, string> = {}): Promise<Finished> {
  return runParamedic(['postmortem', 'edit', number, ...options], {
    env: { ...scene.env, XDG_STATE_HOME: state, ...env },
  })
}
