import type { Session } from './session.ts'
import type { View } from './story/view.ts'

/** The layout for this terminal at this moment. */
export function viewOf({ terminal, clock, now }: Session): View {
  return { paint: terminal.paint, width: terminal.width(), clock, now: now() }
}
