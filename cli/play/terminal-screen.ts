import type { Terminal } from '../terminal/terminal.ts'
import { widthOf } from '../terminal/width.ts'
import type { PlayScreen } from './play-on-screen.ts'

/** The story grows as lines do everywhere; what stands below it is taken away before and written again after each change. */
export function createTerminalScreen(terminal: Terminal): PlayScreen {
  let foot: readonly string[] = []
  let height = 0
  const clear = (): void => {
    // xterm's control sequences: up to where it begins, then all below is cleared.
    if (height > 0) terminal.write(`\u001b[${height}A\r\u001b[J`)
    height = 0
  }
  const draw = (): void => {
    terminal.print(foot)
    // A terminal narrower than we write wraps by itself.
    height = foot.reduce((sum, line) => sum + Math.max(1, Math.ceil(widthOf(line) / terminal.columns())), 0)
  }
  return {
    tell(lines) {
      clear()
      terminal.print(lines)
      draw()
    },
    foot(lines) {
      if (lines.length === foot.length && lines.every((line, index) => line === foot[index])) return
      clear()
      foot = lines
      draw()
    },
  }
}
