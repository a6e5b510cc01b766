/** Goal: an author of drills sees what can be written and what is wrong. Method: yaml-language-server, over its protocol. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { source } from '../support/documents.ts'
import { cursor, startYamlEditor, type YamlEditor } from '../support/yaml-editor.ts'

const folder = 'runbooks/shop'
const first = '# yaml-language-server: $schema=../../docs/schemas/drill.json\n'
const drills = first + source('test/unit/broken-drills/sound.yaml')

let editor: YamlEditor
beforeAll(async () => void (editor = await startYamlEditor()))
afterAll(async () => {
  await editor.stop()
  expect(editor.complaints()).toBe('')
})

test.each([
  ['what is given', '  targets: { edges: 2 }\n', `  ta${cursor}\n`, ['targets']],
  ['what a person does', 'does: acknowledge', `does: ac${cursor}`, ['acknowledge']],
  ['keys of an event', 'does: acknowledge', `do${cursor}`, ['does']],
  ['how a step ends', 'end-idle: failed', `end-idle: ${cursor}`, ['succeeded', 'failed']],
  ['what can be expected', '      gates: { restart-api: expired }\n', `      ga${cursor}\n`, ['gates']],
])('completes %s', async (_, from, to, expected) => {
  const labels = (await editor.complete(folder, put(from, to))).map(({ label }) => label)
  expect(labels).toEqual(expect.arrayContaining(expected))
})

test('explains a key', async () => {
  expect(await editor.hover(folder, put('pages:', `pa${cursor}ges:`))).toContain('All pages in order')
})

test.each([
  ['nothing in a sound file', 'kind: Drill', 'kind: Drill', []],
  ['a misspelt key', 'would_touch', 'would_tuch', [/Property would_tuch is not allowed/]],
  ['a time without its unit', 'at: 20m', 'at: 20', [/must be a time with its units/]],
])('marks %s', async (_, from, to, expected) => {
  const found = await editor.diagnose(folder, put(from, to))
  expect(found).toHaveLength(expected.length)
  expect(found).toEqual(expected.map(words => expect.stringMatching(words)))
})

function put(from: string, to: string): string {
  expect(drills).toContain(from)
  return drills.replace(from, () => to)
}
