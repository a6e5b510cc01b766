import { expect, it } from 'vitest'
import { CodedError } from '../../contracts/coded-error.ts'
import { type ErrorCode, errorCodes, hintOf } from '../../contracts/error-codes.ts'
import { codeTitles, page } from '../support/documents.ts'

const number = 'INC-2026-03-14-001'

it.each([
  ['incident_not_open', `npx paramedic incident show ${number}`],
  ['gate_already_decided', `npx paramedic incident show ${number}`],
  ['plan_changed', `npx paramedic incident show ${number}`],
  ['history_not_archived', `npx paramedic incident show ${number}`],
  ['reason_required', `npx paramedic incident resolve ${number} --reason "..."`],
  ['postmortem_changed', `npx paramedic postmortem show ${number}`],
  ['postmortem_incomplete', `npx paramedic postmortem edit ${number}`],
  ['postmortem_published', `npx paramedic postmortem reopen ${number} --reason "..."`],
  ['postmortem_not_published', `npx paramedic postmortem edit ${number}`],
  ['own_work', `npx paramedic postmortem review ${number}`],
  ['frozen', 'npx paramedic freeze off'],
] as const)('%s ends with %s', (code, command) => {
  const { hint } = new CodedError(code, 'It went wrong.', { fields: { number } })
  expect(hint.endsWith(`: ${command}`)).toBe(true)
})

it('leaves a place to fill in where the error names nothing', () => {
  expect(hintOf('incident_not_open')).toContain('npx paramedic incident show <number>')
})

const commands = codeTitles(page('docs/cli.md'))

it.each(Object.keys(errorCodes) as ErrorCode[])(
  '%s names only commands that there are, ready to be copied',
  code => {
    const { hint } = errorCodes[code]
    const named = [...hint.matchAll(/npx paramedic ([a-z]+)(?: ([a-z]+))?/g)].map(([, noun, verb]) =>
      verb === undefined ? noun : `${noun} ${verb}`,
    )
    for (const name of named) expect(commands.map(title => title.split(/ [<[]/)[0])).toContain(name)
    // In a shell a backtick would run what stands behind it.
    expect(hint).not.toContain('`npx')
  },
)
