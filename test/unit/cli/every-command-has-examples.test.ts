import { Command } from 'commander'
import { expect, it } from 'vitest'
import { define as defineAudit } from '../../../cli/commands/audit.ts'
import { define as defineAction } from '../../../cli/commands/action.ts'
import { define as defineConfig } from '../../../cli/commands/config.ts'
import { define as defineDoctor } from '../../../cli/commands/doctor.ts'
import { define as defineFreeze } from '../../../cli/commands/freeze.ts'
import { define as defineAlert } from '../../../cli/commands/alert.ts'
import { define as defineGate } from '../../../cli/commands/gate.ts'
import { define as defineIncident } from '../../../cli/commands/incident.ts'
import { define as defineRule } from '../../../cli/commands/rule.ts'
import { define as definePostmortem } from '../../../cli/commands/postmortem.ts'
import { define as defineRunbook } from '../../../cli/commands/runbook.ts'
import { define as defineSandbox } from '../../../cli/commands/sandbox.ts'

const nouns = {
  audit: defineAudit,
  action: defineAction,
  config: defineConfig,
  freeze: defineFreeze,
  alert: defineAlert,
  rule: defineRule,
  gate: defineGate,
  incident: defineIncident,
  postmortem: definePostmortem,
  runbook: defineRunbook,
  sandbox: defineSandbox,
}

const commands = Object.entries(nouns).flatMap(([name, define]) => {
  const noun = new Command('paramedic').command(name)
  define(noun)
  return noun.commands.map(verb => [`${name} ${verb.name()}`, verb] as const)
})
const doctor = new Command('paramedic').command('doctor')
defineDoctor(doctor)

it.each([...commands, ['doctor', doctor] as const])('paramedic %s --help', (words, command) => {
  let help = ''
  command.configureOutput({ writeOut: text => (help += text) })
  command.outputHelp()
  expect(command.description() === '' && words !== 'doctor').toBe(false)
  expect(help).toContain(`  $ npx paramedic ${words}`)
  expect(help).toContain('Exit codes: 0 ok')
})
