/** A child that stops as `npm start` does: says so, takes its time, and leaves a file when it came to its end. */
import { writeFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { printAboveProgress } from '../../embedded/progress.mjs'
import { onStopSignals } from '../../embedded/stop-signals.ts'

const [endFile = ''] = process.argv.slice(2)
const signals = onStopSignals({
  first: reason => printAboveProgress(`${reason}: stopping`),
  second: () => process.exit(1),
})
// A process without anything to do would end by itself.
const alive = setInterval(() => printAboveProgress('still runs'), 700)
printAboveProgress(`runs as ${process.pid}`)
await signals.stopped
// Longer than npm and the shell take to end; what they send then is no second wish.
for (const step of ['services', 'servers', 'database']) {
  printAboveProgress(`stopping the ${step}`)
  await delay(400)
}
writeFileSync(endFile, 'ended in order')
clearInterval(alive)
