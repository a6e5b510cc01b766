import type { Session } from '../session.ts'
import type { Screen } from './screen.ts'

/** One JSON document a line, only when something changed: for scripts that follow an incident. */
export function createJsonScreen({ terminal }: Session): Screen {
  let before = ''
  return {
    wait: () => undefined,
    setProblem: () => undefined,
    show: incident => {
      const line = JSON.stringify(incident)
      if (line !== before) terminal.write(`${line}\n`)
      before = line
    },
    close: () => undefined,
  }
}
