import { expect, it } from 'vitest'
import { refusal } from './support/api-stand-in.ts'
import { waitingIncident } from './support/full-story.ts'
import { runParamedic } from './support/run-paramedic.ts'
import { setScene } from './support/scene.ts'

const scene = setScene()
const { number } = waitingIncident

it('is 0 and prints the raw answer with --json', async () => {
  scene.withIncident(waitingIncident)
  const { exitCode, stdout } = await runParamedic(['incident', 'show', number, '--json'], { env: scene.env })
  expect(exitCode).toBe(0)
  expect(JSON.parse(stdout)).toEqual(JSON.parse(JSON.stringify(waitingIncident)))
  expect(scene.api.requests[0]?.authorization).toBe('Bearer token-of-ana')
})

it('is 1 when the service refuses, with its own words as JSON', async () => {
  scene.api.on(`GET /v1/incidents/${number}`, refusal(404, 'not_found', `There is no incident ${number}.`))
  const plain = await runParamedic(['incident', 'show', number], { env: scene.env })
  expect(plain.exitCode).toBe(1)
  expect(plain.stderr).toBe(
    `paramedic: There is no incident ${number}.\n  what to do: the hint of the service\n  code: not_found\n`,
  )
  const json = await runParamedic(['incident', 'show', number, '--json'], { env: scene.env })
  expect(json.exitCode).toBe(1)
  expect(JSON.parse(json.stdout)).toMatchObject({ error: { code: 'not_found', requestId: 'r-1' } })
})

it.each([
  ['an unknown noun', ['incidnt', 'list'], '(Did you mean incident?)'],
  ['an unknown verb', ['incident', 'shw'], '(Did you mean show?)'],
  ['an unknown option', ['incident', 'list', '--opn'], '(Did you mean --open?)'],
  ['a missing reason', ['incident', 'cancel', '001'], "required option '--reason <text>' not specified"],
  [
    'a severity that is none',
    ['incident', 'severity', '001', 'SEV9', '--reason', 'x'],
    'SEV1, SEV2, SEV3, SEV4',
  ],
  ['a number that is none', ['incident', 'show', 'shop'], '"shop" is no incident number'],
])('is 2 for %s', async (_, args, message) => {
  const { exitCode, stderr } = await runParamedic(args, { env: scene.env })
  expect(exitCode).toBe(2)
  expect(stderr).toContain(message)
})

it('is 2 for an address that is none', async () => {
  const env = { PARAMEDIC_API_URL: 'localhost' }
  const { exitCode, stderr } = await runParamedic(['incident', 'list'], { env })
  expect(exitCode).toBe(2)
  expect(stderr).toContain('no http(s) address')
})

it('is 2 with the help when a verb is missing', async () => {
  const { exitCode, stderr } = await runParamedic(['incident'], { env: scene.env })
  expect(exitCode).toBe(2)
  expect(stderr).toContain('Usage: npx paramedic incident')
})

it('is 3 when nothing answers, with how to start it', async () => {
  await scene.api.close()
  const { exitCode, stderr } = await runParamedic(['incident', 'list'], { env: scene.env })
  expect(exitCode).toBe(3)
  expect(stderr).toContain('ECONNREFUSED')
  expect(stderr).toContain('npm start')
  expect(stderr).toContain('code: service_unreachable')
})

it('is 3 when something else answers', async () => {
  scene.api.on(`GET /v1/incidents/${number}`, { status: 502, body: { page: 'Bad gateway' } })
  const { exitCode, stderr } = await runParamedic(['incident', 'show', number], { env: scene.env })
  expect(exitCode).toBe(3)
  expect(stderr).toContain('is not Paramedic (HTTP 502')
})

it('does not follow a redirect with the token', async () => {
  scene.api.on(`GET /v1/incidents/${number}`, {
    status: 302,
    body: {},
    headers: { location: `${scene.api.url}/elsewhere` },
  })
  const { exitCode } = await runParamedic(['incident', 'show', number], { env: scene.env })
  expect(exitCode).toBe(3)
  expect(scene.api.requests).toHaveLength(1)
})

it.each<string[]>([[], ['incident'], ['incident', 'approve'], ['doctor'], ['help', 'freeze']])(
  'is 0 for help that was asked for: %j %j',
  async (...words) => {
    const asked = words.includes('help') ? words : [...words, '--help']
    const { exitCode, stdout } = await runParamedic(asked, { env: scene.env })
    expect(exitCode).toBe(0)
    expect(stdout).toContain('Usage: npx paramedic')
  },
)
