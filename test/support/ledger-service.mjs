/** A service that writes one line for each of its starts into a ledger: what really happened, whatever anybody's record says. */
import { appendFileSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'

const [port, ledger] = process.argv.slice(2)
// The first life is sick, every later one is well: a restart mends it.
const status = readFileSync(ledger, 'utf8') === '' ? 503 : 200
appendFileSync(ledger, `${JSON.stringify({ pid: process.pid, at: new Date().toISOString() })}\n`)
createServer((_, response) => response.writeHead(status).end()).listen(Number(port), '127.0.0.1')
process.once('SIGTERM', () => process.exit(0))
