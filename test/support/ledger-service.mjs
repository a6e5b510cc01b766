/** A service that writes one line for each of its starts into a ledger: what really happened, whatever anybody's record says. */
import { appendFileSync } from 'node:fs'
import { createServer } from 'node:http'

const [port, ledger] = process.argv.slice(2)
appendFileSync(ledger, `${JSON.stringify({ pid: process.pid, at: new Date().toISOString() })}\n`)
createServer((_, response) => response.end('ok')).listen(Number(port), '127.0.0.1')
process.once('SIGTERM', () => process.exit(0))
