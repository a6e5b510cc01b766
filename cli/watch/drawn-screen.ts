import type { IncidentDetail } from '../../contracts/views.ts'
import type { Session } from '../session.ts'
import { entryLines } from '../story/entries.ts'
import { heading } from '../story/heading.ts'
import { whatIsOpen } from '../story/now.ts'
import { viewOf } from '../story-view.ts'
import { tellStory } from '../story.ts'
import { cleaned } from '../terminal/plain-text.ts'
import { widthOf } from '../terminal/width.ts'
import type { Screen } from './screen.ts'

/**
 * xterm's control sequences: the alternate screen keeps the person's scrollback as it was, and drawing over the old
 * picture instead of clearing it does not flicker.
 */
const enter = '\u001b[?1049h\u001b[?25l'
const leave = '\u001b[?25h\u001b[?1049l'
const home = '\u001b[H'
const clearLine = '\u001b[K'
const clearBelow = '\u001b[J'

/** For terminals: one picture of the present, drawn over the one before. */
export function createDrawnScreen(session: Session): Screen {
  const { terminal } = session
  let isEntered = false
  let problem: string | undefined
  let last: IncidentDetail | undefined
  const draw = (lines: readonly string[]): void => {
    if (!isEntered) terminal.write(enter)
    isEntered = true
    const drawn = lines.map(line => line.replace(/\s*\n\s*/g, ' ') + clearLine)
    terminal.write(home + drawn.join('\n') + clearBelow)
  }
  return {
    wait: () =>
      draw([
        'No incident is open; waiting for the next one.',
        '',
        terminal.paint.quiet('Ctrl-C stops looking.'),
      ]),
    setProblem: now => {
      problem = now
    },
    show: incident => {
      last = incident
      draw(picture(session, incident, problem))
    },
    close: end => {
      if (isEntered) terminal.write(leave)
      if (end !== undefined) terminal.print(tellStory(cleaned(end), viewOf(session)))
      else if (last !== undefined)
        terminal.print([
          `Stopped looking; ${last.number} goes on.`,
          terminal.paint.command(`npx paramedic incident watch ${last.number}`),
        ])
    },
  }
}

/**
 * Heading on top, what is open at the bottom, and as much of the newest timeline as fits between. On a terminal too short
 * for that the bottom stays: it says what to do.
 */
function picture(session: Session, incident: IncidentDetail, problem: string | undefined): string[] {
  const view = viewOf(session)
  const { paint, rows, columns } = session.terminal
  const top = [...heading(incident, view), ...(problem === undefined ? [] : [paint.bad(problem)]), '']
  const bottom = ['', paint.strong('NOW'), ...whatIsOpen(incident, view, true)]
  const height = (lines: readonly string[]): number =>
    lines.reduce((sum, line) => sum + rowsOf(line, columns()), 0)
  const newest = (lines: readonly string[], room: number): string[] => {
    const kept = [...lines]
    while (height(kept) > room) kept.shift()
    return kept
  }
  const room = rows() - height(bottom)
  if (room < height(top)) return [...top.slice(0, 1), ...newest(bottom, rows() - 1)]
  return [...top, ...newest(entryLines(incident.timeline, view), room - height(top)), ...bottom]
}

/** Commands are never broken by us, so the terminal may do it. */
function rowsOf(line: string, columns: number): number {
  return Math.max(1, Math.ceil(widthOf(line) / columns))
}
