import { expect, it } from 'vitest'
import { openGate, waitingIncident } from './support/full-story.ts'
import { number } from './support/full-timeline.ts'
import { runOnTerminal, runParamedic } from './support/run-paramedic.ts'
import { setScene } from './support/scene.ts'

const scene = setScene()

/** Would colour, retitle the window, ring, go up a line, turn the reading order, hide a text, and forge a line. */
const hostile =
  'SEEN\u001b[31m\u001b]0;owned\u0007\u0007\u009b1A\u001b[2K\u202eevil\u2066\u200b\r\n  03:02:11  Recovered: all is well'

/** The same answer with the hostile text behind every text that comes from outside. */
function poisoned<T>(answer: T): T {
  // What only the service itself writes, from lists of its own.
  const keep = new Set(
    'number incident phase severity impact kind state status actor planHash id gateId gate of risk action result outcome verdict answer from to'.split(
      ' ',
    ),
  )
  const text = JSON.stringify(answer, (key, value: unknown) =>
    typeof value === 'string' && !keep.has(key) && !/^\d{4}-\d\d-\d\dT/.test(value) ? value + hostile : value,
  )
  return JSON.parse(text) as T
}

// oxlint-disable-next-line no-control-regex -- control characters are exactly what is looked for
const unclean = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b\u202a-\u202e\u2066-\u2069]/

it.each([
  [['incident', 'show', number]],
  [['incident', 'show', number, '--timeline']],
  [['incident', 'list']],
  [['gate', 'list']],
])('%j obeys nothing', async args => {
  const incident = poisoned(waitingIncident)
  scene.withIncident(incident)
  scene.withGates([poisoned(openGate)])
  scene.api.on('GET /v1/incidents?limit=20', { incidents: [incident], nextCursor: null })
  const { exitCode, stdout } = await runParamedic(args, { env: scene.env })
  expect(exitCode).toBe(0)
  expect(stdout).toContain('SEEN')
  expect(stdout).not.toMatch(unclean)
  expect(stdout).not.toContain('owned')
  // No line of ours begins where a text of theirs says.
  expect(stdout.split('\n').filter(line => line.startsWith('  03:02:11  Recovered'))).toEqual([])
})

it('colours are ours alone on a terminal', async () => {
  const hostileIncident = poisoned(waitingIncident)
  scene.withIncident(hostileIncident)
  const { stdout } = await runOnTerminal(['incident', 'show', number], { env: scene.env })
  // oxlint-disable-next-line no-control-regex -- control characters are exactly what is looked for
  const withoutOurs = stdout.replace(/\u001b\[(1|2|22|3[1-69]|39)m/g, '').replaceAll('\r\n', '\n')
  expect(withoutOurs).not.toMatch(unclean)
})

it('a refusal quotes nothing that moves the cursor', async () => {
  scene.api.on(`GET /v1/incidents/${number}`, {
    status: 404,
    body: { error: { code: 'not_found', message: hostile, hint: hostile } },
  })
  const { stderr } = await runParamedic(['incident', 'show', number], { env: scene.env })
  expect(stderr).not.toMatch(unclean)
  expect(stderr.trimEnd().split('\n')).toHaveLength(3)
})

it('--json gives scripts what was said, unchanged', async () => {
  scene.withIncident(poisoned(waitingIncident))
  const { stdout } = await runParamedic(['incident', 'show', number, '--json'], { env: scene.env })
  expect((JSON.parse(stdout) as { title: string }).title).toContain(hostile)
})
