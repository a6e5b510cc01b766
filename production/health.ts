import { execFile } from 'node:child_process'
import { connect } from 'node:net'
import { join } from 'node:path'
import type { Container, ContainerWorld } from './container.ts'
import { answersAsDatabase } from './database-container.ts'

/** A health check that hangs has failed. */
const answersWithinMs = 20_000

export interface Answer {
  code: number
  output: string
}

/** Asks as docker-compose.yml says, but for two checks by programs that a bare Debian lacks. */
export async function isHealthy(
  container: Container,
  { addresses, programsDir }: ContainerWorld,
): Promise<boolean> {
  const { healthcheck } = container
  if (healthcheck === undefined) return true
  if (healthcheck[0] === 'pg_isready') return answersAsDatabase(container, addresses)
  if (healthcheck[0] === 'nc') return accepts(Number(healthcheck.at(-1)))
  return (await runInContainer(container, programsDir, healthcheck)).code === 0
}

/** As `docker compose exec`: with the container's files and variables, beside its own process. */
export function runInContainer(
  container: Container,
  programsDir: string,
  command: readonly string[],
  environment: Record<string, string> = {},
): Promise<Answer> {
  const [program = '', ...args] = command
  const how = {
    cwd: container.cwd,
    env: { ...container.environment, ...environment },
    timeout: answersWithinMs,
  }
  return new Promise(resolve => {
    execFile(join(programsDir, program), args, how, (error, stdout, stderr) => {
      const code = error === null ? 0 : Number(error.code)
      resolve({ code: Number.isInteger(code) ? code : 1, output: `${stdout}${stderr}` })
    })
  })
}

function accepts(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}
