import type { Command } from 'commander'
import { withExamples } from '../command-help.ts'
import { fetchOpenGates } from '../open-gate.ts'
import { inSession, type Session } from '../session.ts'
import { gateCommands, gatePlan } from '../story/gate-plan.ts'
import { viewOf } from '../story-view.ts'
import { cleaned } from '../terminal/plain-text.ts'

export function define(noun: Command): void {
  const list = noun
    .command('list')
    .description(
      'every plan, question and manual step that waits for people, with the command that answers it',
    )
    .action((_: object, command: Command) => inSession(command, listGates))
  withExamples(list, ['gate list', 'gate list --json'])
}

async function listGates(session: Session): Promise<void> {
  const answer = await fetchOpenGates(session.api())
  if (session.isJson) return session.printJson(answer)
  const view = viewOf(session)
  const { terminal } = session
  const gates = cleaned(answer).gates
  if (gates.length === 0)
    return terminal.print([
      'Nothing waits for a decision.',
      terminal.paint.command('npx paramedic incident list --open'),
    ])
  // What expires first comes first.
  const byExpiry = gates.toSorted((a, b) => (a.expiresAt ?? '~').localeCompare(b.expiresAt ?? '~'))
  terminal.print(
    byExpiry.flatMap((gate, index) => [
      ...(index === 0 ? [] : ['']),
      terminal.paint.strong(gate.incident),
      ...gatePlan(gate, view),
      ...gateCommands(gate, view),
    ]),
  )
}
