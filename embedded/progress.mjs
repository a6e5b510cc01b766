// Below this nobody wonders whether the command hangs.
const SILENT_MS = 2_000
const PLAIN_LINE_EVERY_MS = 10_000

/**
 * Says what runs, for how long and what comes next, once it takes over two seconds: one line that rewrites itself
 * on a terminal, plain lines elsewhere. Writes to stderr, so that a command's own output stays clean.
 */
export function startProgress(what, next) {
  const startedAt = Date.now()
  const isTerminal = process.stderr.isTTY === true
  const after = next === undefined ? '' : `, next: ${next}`
  let lastPlainAt = 0
  let shown = false
  const tick = () => {
    const now = Date.now()
    if (now - startedAt < SILENT_MS) return
    const text = `paramedic: ${what} (${seconds(now - startedAt)}${after})`
    if (isTerminal) process.stderr.write(`\r\x1b[2K${text}`)
    else if (now - lastPlainAt >= PLAIN_LINE_EVERY_MS) {
      lastPlainAt = now
      process.stderr.write(`${text}\n`)
    }
    shown = true
  }
  const timer = setInterval(tick, 500)
  timer.unref()
  const stop = outcome => {
    clearInterval(timer)
    if (!shown) return
    if (isTerminal) process.stderr.write('\r\x1b[2K')
    process.stderr.write(`paramedic: ${what}: ${outcome} after ${seconds(Date.now() - startedAt)}\n`)
  }
  return { done: () => stop('done'), failed: () => stop('failed') }
}

function seconds(ms) {
  const total = Math.round(ms / 1000)
  return total < 60 ? `${total} s` : `${Math.floor(total / 60)} min ${total % 60} s`
}
