const LOOK_EVERY_MS = 500

/**
 * Calls back once when the process that started this one is gone, where npm did: npm passes a signal on to the shell that runs
 * the script, the shell ends and passes nothing on. Returns what stops watching.
 */
export function whenParentIsGone(act) {
  // Whoever starts it otherwise may mean it to outlive him.
  if (process.env.npm_command === undefined) return () => {}
  const parent = process.ppid
  const timer = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(timer)
    act()
  }, LOOK_EVERY_MS)
  timer.unref()
  return () => clearInterval(timer)
}
