// Below this nobody wonders whether the command hangs.
const SILENT_MS = 2_000
const PLAIN_LINE_EVERY_MS = 10_000
const REDRAW_MS = 500
const UNKNOWN_WIDTH = 80
const ERASE_LINE = '\r\x1b[2K'

/** What runs in this process, oldest first: they share one line of the terminal. */
const running = new Set()
let timer
let isDrawn = false

/**
 * Says what runs, for how long and what comes next, once it takes over two seconds: one line that rewrites itself
 * on a terminal, plain lines elsewhere. Writes to stderr, so that a command's own output stays clean.
 */
export function startProgress(what, next) {
  const task = { what, next, startedAt: Date.now(), lastPlainAt: 0, isShown: false }
  running.add(task)
  timer ??= setInterval(draw, REDRAW_MS).unref()
  const end = outcome => {
    running.delete(task)
    erase()
    if (outcome !== undefined && task.isShown) {
      process.stderr.write(`paramedic: ${what}: ${outcome} after ${since(task)}\n`)
    }
    if (running.size > 0) return
    clearInterval(timer)
    timer = undefined
  }
  return { done: () => end('done'), failed: () => end('failed'), end: () => end(undefined) }
}

/** Writes lines to stdout, above the line that rewrites itself. */
export function printAboveProgress(text) {
  erase()
  process.stdout.write(`${text}\n`)
}

function draw() {
  const shown = [...running].filter(task => Date.now() - task.startedAt >= SILENT_MS)
  for (const task of shown) task.isShown = true
  if (shown.length === 0) return
  if (process.stderr.isTTY === true) drawLine(shown)
  else for (const task of shown) writePlainLine(task)
}

function drawLine(tasks) {
  const text = `paramedic: ${describeAll(tasks)}`
  // A line that wraps could not be erased.
  const width = (process.stderr.columns || UNKNOWN_WIDTH) - 1
  process.stderr.write(ERASE_LINE + text.slice(0, width))
  isDrawn = true
}

function writePlainLine(task) {
  const now = Date.now()
  if (now - task.lastPlainAt < PLAIN_LINE_EVERY_MS) return
  task.lastPlainAt = now
  process.stderr.write(`paramedic: ${describe(task)}\n`)
}

function erase() {
  if (isDrawn) process.stderr.write(ERASE_LINE)
  isDrawn = false
}

/** What comes next is said once, as long as it is the same for all. */
function describeAll(tasks) {
  const [first, ...others] = tasks
  const isSame = others.length > 0 && others.every(({ next }) => next === first.next)
  if (!isSame || first.next === undefined) return tasks.map(describe).join(' · ')
  return `${tasks.map(task => describe({ ...task, next: undefined })).join(' · ')}, next: ${first.next}`
}

function describe(task) {
  return `${task.what} (${since(task)}${task.next === undefined ? '' : `, next: ${task.next}`})`
}

function since({ startedAt }) {
  const seconds = Math.round((Date.now() - startedAt) / 1000)
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`
}
