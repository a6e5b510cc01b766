import { expect, it } from 'vitest'
import { runOnTerminal, runParamedic } from './support/run-paramedic.ts'

it.each([
  ['a misspelt noun', ['incidnet', 'list', '--open'], ['npx paramedic incident list --open']],
  ['a misspelt verb', ['incident', 'shw', '001'], ['npx paramedic incident show 001']],
  ['a misspelt option', ['incident', 'show', '1', '--timelin'], ['npx paramedic incident show 1 --timeline']],
  ['a verb without its noun', ['ack', '001'], ['npx paramedic incident ack 001']],
  [
    'a verb that several nouns have',
    ['show', '001'],
    ['npx paramedic incident show 001', 'npx paramedic postmortem show 001', 'npx paramedic config show 001'],
  ],
  [
    'a reason that is missing',
    ['incident', 'deny', '001'],
    ['npx paramedic incident deny 001 --reason "..."'],
  ],
  [
    'a word of the command that a shell would split',
    ['incident', 'cancl', '001', '--reason', 'load test'],
    [`npx paramedic incident cancel 001 --reason 'load test'`],
  ],
  [
    'a number that is missing',
    ['incident', 'show'],
    ['for example: npx paramedic incident show latest', 'more: npx paramedic incident show --help'],
  ],
  [
    'a reason without quotes',
    ['incident', 'deny', '001', '--reason', 'the', 'disk', 'is', 'full'],
    ['for example: npx paramedic incident deny 001 --reason "the release is still running"'],
  ],
  ['what means nothing', ['bogus'], ['see npx paramedic --help']],
])('%s', async (_, args, todo) => {
  const { exitCode, stderr } = await runParamedic(args)
  expect(exitCode).toBe(2)
  const lines = stderr.split('\n').map(line => line.trim().replace(/^what to do: /, ''))
  for (const line of todo) expect(lines).toContain(line)
})

it('is JSON where JSON was asked for, a missing verb included', async () => {
  const { exitCode, stdout } = await runParamedic(['freeze', '--json'])
  expect(exitCode).toBe(2)
  expect(JSON.parse(stdout)).toEqual({
    error: {
      code: 'wrong_usage',
      message: 'npx paramedic freeze needs one of: on, off, status.',
      hint: 'see npx paramedic freeze --help',
    },
  })
})

it.each([[['incident', '--help']], [['help', 'incident']], [['freeze', '--help']]])(
  'the help of a noun has examples and the exit codes: %j',
  async args => {
    const { exitCode, stdout } = await runParamedic(args)
    expect(exitCode).toBe(0)
    expect(stdout).toContain('Examples:\n  $ npx paramedic ')
    expect(stdout).toContain('Exit codes: 0 ok')
  },
)

it('`help` followed by a noun and a verb is the help of that verb', async () => {
  const { stdout } = await runParamedic(['help', 'incident', 'ack'])
  expect(stdout).toContain('Usage: npx paramedic incident ack')
})

it('no line of a help but a command is wider than the terminal', async () => {
  const size = { columns: 60, rows: 40 }
  for (const words of [['incident'], ['incident', 'watch'], ['audit', 'verify']]) {
    const { stdout } = await runOnTerminal([...words, '--help'], { size })
    const lines = stdout.split(/\r?\n/)
    expect(lines.filter(line => line.length > 60 && !line.includes('$ npx paramedic'))).toEqual([])
  }
})
