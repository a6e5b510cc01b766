import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { writeConnection } from '../../embedded/connection-file.ts'
import { openDataFolder, type DataFolder } from '../../embedded/data-folder.ts'

const apiUrl = 'http://127.0.0.1:8700'
let project: string
let folder: DataFolder

beforeEach(async () => {
  project = mkdtempSync(join(tmpdir(), 'paramedic-connection-'))
  folder = await openDataFolder(project)
})

afterEach(() => rmSync(project, { recursive: true, force: true }))

test('in the sandbox it is the token that was made for its person', async () => {
  expect(await writeConnection(folder, apiUrl, undefined)).toEqual([])
  expect(connection()).toEqual({ apiUrl, tokenFile: folder.token })
  expect(readFileSync(folder.token, 'utf8')).toMatch(/^paramedic_/)
})

test('with an own configuration it is none, and the files of its principals are named', async () => {
  await writeConnection(folder, apiUrl, undefined)
  mkdirSync(join(project, 'oncall'))
  const configuration = join(project, 'oncall', 'paramedic.yaml')
  writeFileSync(
    configuration,
    `principals:
  - { name: ana, roles: [responder], token: '\${file:secrets/ana}' }
  - { name: robot, roles: [viewer], token: '\${env:ROBOT_TOKEN}' }
  - { name: ben, roles: [approver], token: '\${file:/srv/ben}' }
`,
  )
  const principals = [
    { principal: 'ana', file: join(project, 'oncall', 'secrets', 'ana') },
    { principal: 'ben', file: '/srv/ben' },
  ]

  expect(await writeConnection(folder, apiUrl, configuration)).toEqual(principals)
  expect(connection()).toEqual({ apiUrl, configuration, principals })
})

function connection(): unknown {
  return JSON.parse(readFileSync(folder.connection, 'utf8'))
}
