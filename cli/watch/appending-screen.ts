import type { GateView, IncidentDetail } from '../../contracts/views.ts'
import type { Session } from '../session.ts'
import { entryLines } from '../story/entries.ts'
import { gateCommands, gatePlan } from '../story/gate-plan.ts'
import { heading } from '../story/heading.ts'
import { whatIsOpen } from '../story/now.ts'
import { viewOf } from '../story-view.ts'
import { cleaned } from '../terminal/plain-text.ts'
import type { Screen } from './screen.ts'

/** For pipes and files: every line is written once, as it becomes known. */
export function createAppendingScreen(session: Session): Screen {
  const { terminal } = session
  const toldGates = new Set<string>()
  let lastSeq = 0
  let isWaiting = false
  let problem: string | undefined
  let number: string | undefined
  return {
    wait: () => {
      if (!isWaiting) terminal.print(['No incident is open; waiting for the next one.'])
      isWaiting = true
    },
    setProblem: now => {
      if ((now === undefined) === (problem === undefined)) return
      terminal.print([now === undefined ? 'The service answers again.' : `${now} Still trying.`])
      problem = now
    },
    show: incident => {
      const view = viewOf(session)
      if (number === undefined) terminal.print([...heading(incident, view), ''])
      number = incident.number
      const fresh = incident.timeline.filter(entry => entry.seq > lastSeq)
      lastSeq = fresh.at(-1)?.seq ?? lastSeq
      terminal.print(entryLines(fresh, view))
      for (const gate of newGates(incident, toldGates))
        terminal.print(['', ...gatePlan(gate, view), ...gateCommands(gate, view), ''])
    },
    close: end => {
      if (end !== undefined)
        terminal.print(['', ...heading(cleaned(end), viewOf(session)), ...whatIsOpen(end, viewOf(session))])
      else if (number !== undefined)
        terminal.print([`Stopped looking; ${number} goes on.`, `npx paramedic incident watch ${number}`])
    },
  }
}

function newGates({ gates }: IncidentDetail, told: Set<string>): GateView[] {
  const fresh = gates.filter(gate => gate.state === 'open' && !told.has(gate.id))
  for (const gate of fresh) told.add(gate.id)
  return fresh
}
