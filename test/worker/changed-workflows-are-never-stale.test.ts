import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { WorkflowBundle } from '@temporalio/worker'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openBundleCache } from '../../worker/bundle-cache.ts'
import { bundleWorkflows } from '../../worker/workflow-bundle.ts'

const ourModules = fileURLToPath(new URL('../../node_modules/', import.meta.url))
let projectDir: string

/** A small project of its own: the real bundler on real packages, and sources that may be changed. */
beforeAll(() => {
  projectDir = realpathSync(mkdtempSync(join(tmpdir(), 'paramedic-bundle-')))
  write('package.json', '{ "type": "module" }')
  write('workflows/bundle.ts', "export { incident } from './incident.ts'\n")
  write('workflows/incident.ts', incidentThatSays('the first words'))
  write('contracts/words.ts', "export const word: string = 'a first word'\n")
  write('language/conditions.ts', 'export const conditions = 0\n')
  write('language/bind.ts', "export const bound = 'first bound'\n")
  write('rehearsal/people.ts', "export const interceptors = () => ({ name: 'the first people' })\n")
  write('node_modules/.package-lock.json', '{ "packages": {} }')
  for (const name of readdirSync(ourModules).filter(one => !one.startsWith('.')))
    symlinkSync(join(ourModules, name), join(projectDir, 'node_modules', name))
})

afterAll(() => rmSync(projectDir, { recursive: true, force: true }))

test('the same sources are bundled once', async () => {
  const first = await bundle()
  const kept = keptBundles()
  const second = await bundle()

  expect(second.code === first.code).toBe(true)
  expect(first.code.includes('the first words')).toBe(true)
  expect(kept).toHaveLength(1)
  expect(keptBundles()).toEqual(kept)
})

test.each([
  ['a workflow', 'workflows/incident.ts', incidentThatSays('other words'), 'other words'],
  ['what a workflow imports', 'contracts/words.ts', "export const word = 'another word'\n", 'another word'],
  ['a file further down', 'language/bind.ts', "export const bound = 'bound anew'\n", 'bound anew'],
])('%s that changed is bundled anew, and kept', async (_, file, text, words) => {
  await bundle()
  write(file, text)

  expect(await bundleHas(words)).toBe(true)
  const kept = keptBundles()
  expect(await bundleHas(words)).toBe(true)
  expect(keptBundles()).toEqual(kept)
})

test('other packages are another bundle', async () => {
  await bundle()
  const before = keptBundles()
  write(
    'node_modules/.package-lock.json',
    '{ "packages": { "node_modules/webpack": { "version": "6.0.0" } } }',
  )
  await bundle()

  expect(keptBundles()).toHaveLength(before.length + 1)
})

test('the people of a rehearsal get into no other bundle', async () => {
  const people = join(projectDir, 'rehearsal', 'people.ts')

  expect(await bundleHas('the first people', [people])).toBe(true)
  expect(await bundleHas('the first people')).toBe(false)
  write('rehearsal/people.ts', "export const interceptors = () => ({ name: 'other people' })\n")
  expect(await bundleHas('other people', [people])).toBe(true)
})

test('a kept bundle that is damaged is made again', async () => {
  await bundle()
  for (const { file } of keptBundles()) writeFileSync(file, 'half of')

  expect(await bundleHas('importWorkflows')).toBe(true)
})

test('a bundle with files from elsewhere is made each time', async () => {
  write('elsewhere/strange.ts', "export const strange = 'first strange'\n")
  write('workflows/incident.ts', "export { strange as incident } from '../elsewhere/strange.ts'\n")
  expect(await bundleHas('first strange')).toBe(true)
  write('elsewhere/strange.ts', "export const strange = 'strange again'\n")

  expect(await bundleHas('strange again')).toBe(true)
})

test('a bundle of sources that changed meanwhile is not kept', async () => {
  const source = join(projectDir, 'workflows', 'incident.ts')
  const cache = openBundleCache(join(projectDir, 'kept'), { projectDir, sources: [source], settings: [] })
  const read = async (): Promise<WorkflowBundle> => ({ code: readFileSync(source, 'utf8') })
  write('workflows/incident.ts', incidentThatSays('words of before'))
  await cache.get(async () => {
    write('workflows/incident.ts', incidentThatSays('words of the meantime'))
    return read()
  })
  write('workflows/incident.ts', incidentThatSays('words of before'))

  expect((await cache.get(read)).code).toContain('words of before')
})

test('a folder that cannot be written to costs only time', async () => {
  rmSync(join(projectDir, '.paramedic'), { recursive: true })
  write('.paramedic', 'a file where the folder would be')

  expect(await bundleHas('importWorkflows')).toBe(true)
})

function incidentThatSays(words: string): string {
  return `import { word } from '../contracts/words.ts'
import { bound } from '../language/bind.ts'
export async function incident(): Promise<string[]> {
  return ['${words}', word, bound]
}
`
}

function write(file: string, text: string): void {
  mkdirSync(dirname(join(projectDir, file)), { recursive: true })
  writeFileSync(join(projectDir, file), text)
}

function bundle(interceptorModules: string[] = []): Promise<WorkflowBundle> {
  return bundleWorkflows({ projectDir, interceptorModules })
}

/** A matcher would print the megabytes. */
async function bundleHas(words: string, interceptorModules: string[] = []): Promise<boolean> {
  return (await bundle(interceptorModules)).code.includes(words)
}

function keptBundles(): { file: string; writtenAt: number }[] {
  const folder = join(projectDir, '.paramedic', 'workflow-bundles')
  return readdirSync(folder)
    .map(name => join(folder, name))
    .map(file => ({ file, writtenAt: statSync(file).mtimeMs }))
}
