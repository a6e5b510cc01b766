import { execFile } from 'node:child_process'
import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { findOnPath } from '../../embedded/find-on-path.ts'
import { findGo, goEnvironment } from '../../embedded/go-program.ts'

const go = findOnPath('go')
let home: string
let work: string

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'paramedic-home-'))
  work = join(home, 'work')
  await mkdir(work)
  vi.stubEnv('HOME', home)
  vi.stubEnv('XDG_CONFIG_HOME', '')
})

afterEach(async () => {
  vi.unstubAllEnvs()
  await rm(home, { recursive: true })
})

test.skipIf(go === undefined || process.platform === 'darwin')(
  'a real Go writes into the folder it is given, and the user still sets where modules come from',
  async () => {
    await mkdir(join(home, '.config', 'go'), { recursive: true })
    await writeFile(join(home, '.config', 'go', 'env'), 'GOPROXY=https://modules.example\n')
    expect(await findGo(work)).toEqual({ path: go })
    const env = goEnvironment(work)
    const { stdout } = await promisify(execFile)(go!, ['env', 'GOPROXY'], { env })

    expect(stdout.trim()).toBe('https://modules.example')
    expect(await readdir(home)).toEqual(['.config', 'work'])
    expect(await readdir(join(home, '.config', 'go'))).toEqual(['env'])
  },
)

test.each([
  ['go version go1.20.14 linux/amd64', 'no Go 1.21 or newer'],
  ['what?', 'does not say which it is'],
])('a Go that says "%s" is unusable: %s', async (answer, why) => {
  await writeFile(join(home, 'go'), `#!/bin/sh\necho '${answer}'\n`)
  await chmod(join(home, 'go'), 0o755)
  vi.stubEnv('PATH', home)
  expect(await findGo(work)).toMatchObject({ unusable: expect.stringContaining(why) })
})
