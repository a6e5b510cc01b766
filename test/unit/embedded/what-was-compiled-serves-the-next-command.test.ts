import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'

const project = join(import.meta.dirname, '..', '..', '..')
const bootstrap = pathToFileURL(join(project, 'embedded', 'bootstrap.mjs')).href
const run = promisify(execFile)
let folder: string
let script: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'paramedic-compiled-'))
  script = join(folder, 'where.mjs')
  await writeFile(
    script,
    `import module from 'node:module'\nconsole.log(module.getCompileCacheDir() ?? 'nowhere')\n`,
  )
})
afterAll(() => rm(folder, { recursive: true, force: true }))

test.each(['runOnNode24', 'spawnOnNode24'])('%s keeps compiled modules with the packages', async way => {
  expect(await whereKept(way, {})).toContain(join(project, 'node_modules', '.cache', 'paramedic-compiled'))
})

test.each(['runOnNode24', 'spawnOnNode24'])('%s keeps them where its user says', async way => {
  expect(await whereKept(way, { NODE_COMPILE_CACHE: join(folder, 'mine') })).toContain(join(folder, 'mine'))
})

test('where nothing can be kept the command does its work all the same', async () => {
  expect(await whereKept('runOnNode24', { NODE_COMPILE_CACHE: join(script, 'compiled') })).toBe('nowhere')
})

async function whereKept(way: string, env: Record<string, string>): Promise<string> {
  const code = `import(${JSON.stringify(bootstrap)}).then(it => it.${way}(${JSON.stringify(script)}, []))`
  const { stdout } = await run(process.execPath, ['-e', code], { env: { PATH: process.env['PATH'], ...env } })
  return stdout.trim()
}
