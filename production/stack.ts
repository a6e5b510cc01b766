import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { keepRunning, type Running } from '../embedded/keep-running.ts'
import { tailOf } from '../embedded/log-file.ts'
import { endChild, exitOf, type ProcessRegistry } from '../embedded/processes.ts'
import { startProgress } from '../embedded/progress.mjs'
import { imageOf, instancesOf } from './compose-file.ts'
import { type Container, type ContainerWorld, prepareContainer } from './container.ts'
import { startDatabaseContainer } from './database-container.ts'
import { type Answer, isHealthy, runInContainer } from './health.ts'

const healthyWithinMs = 60_000
const pollMs = 200
const jobRestarts = 5
const jobRestartAfterMs = 1_000
/** Docker's grace, stop_grace_period in the file, is for loads that a rehearsal does not have. */
const stopWithinMs = 8_000

/** No Debian package, and nothing of Paramedic depends on it; its dashboard's queries are asked of Prometheus instead. */
export const imagesNotRun: readonly string[] = ['grafana/grafana']

/** The services of docker-compose.yml as processes: started in their order, kept running, killed and restarted on demand. */
export interface Stack {
  up(): Promise<void>
  container(name: string): Container
  /** One more container of a service, on ports of its own, that no other service knows. */
  addTwin(service: string, name: string): Promise<void>
  /** The names of the containers that are kept running. */
  running(): string[]
  pidOf(name: string): number
  /** SIGKILL, as the kernel does it when memory runs out; it is started again as `restart: unless-stopped` says. */
  kill(name: string): void
  /** As `docker compose restart`: SIGTERM, and resolves when the new one is healthy. */
  restart(name: string): Promise<void>
  /** As `docker compose exec`. */
  exec(name: string, command: readonly string[], environment?: Record<string, string>): Promise<Answer>
  down(): Promise<void>
}

export interface StackOptions {
  world: ContainerWorld
  processes: ProcessRegistry
  logsDir: string
  say(line: string): void
}

export function createStack(options: StackOptions): Stack {
  const { world, processes, logsDir, say } = options
  const containers = new Map<string, Container>()
  const pids = new Map<string, number>()
  const stops: (() => Promise<void>)[] = []
  const services = Object.entries(world.compose.services).filter(
    ([, service]) => !imagesNotRun.includes(imageOf(service).name),
  )
  const logOf = (name: string): string => join(logsDir, `${name}.log`)

  async function launch(container: Container): Promise<Running> {
    const { name } = container
    if (imageOf(container.declared).name === 'postgres') {
      const server = await startDatabaseContainer(container, {
        addresses: world.addresses,
        processes,
        logFile: logOf(name),
      })
      pids.set(name, server.pid)
      return server
    }
    const [program = '', ...args] = container.command
    const child = processes.spawn(name, join(world.programsDir, program), args, {
      cwd: container.cwd,
      env: container.environment,
      logFile: logOf(name),
    })
    pids.set(name, child.pid ?? 0)
    return { exited: exitOf(child), stop: () => endChild(child, 'SIGTERM', stopWithinMs) }
  }

  /** `restart: on-failure:5`. */
  async function runJob(container: Container): Promise<void> {
    let how = ''
    for (let failures = 0; failures <= jobRestarts; failures += 1) {
      how = await (await launch(container)).exited
      if (how === 'code 0') return
      await delay(jobRestartAfterMs)
    }
    throw new Error(`${container.name} ended with ${how}:\n${await tailOf(logOf(container.name))}`)
  }

  async function start(container: Container): Promise<void> {
    const { name } = container
    if (container.declared.restart !== 'unless-stopped') return runJob(container)
    const kept = await keepRunning({ name, logFile: logOf(name), launch: () => launch(container), say })
    stops.push(kept.stop)
    await healthy(container)
  }

  async function healthy(container: Container): Promise<void> {
    const deadline = Date.now() + healthyWithinMs
    while (!(await isHealthy(container, world))) {
      if (Date.now() > deadline)
        throw new Error(`${container.name} is not healthy:\n${await tailOf(logOf(container.name))}`)
      await delay(pollMs)
    }
  }

  function containerOf(name: string): Container {
    const found = containers.get(name)
    if (found === undefined) throw new Error(`no container ${name} runs`)
    return found
  }

  async function add(service: string, name: string): Promise<Container> {
    const container = await prepareContainer(world, service, name)
    containers.set(name, container)
    await start(container)
    return container
  }

  async function upService(service: string, started: Map<string, Promise<void>>): Promise<void> {
    const declared = world.compose.services[service]
    if (declared === undefined) throw new Error(`docker-compose.yml has no service ${service}`)
    await Promise.all(Object.keys(declared.depends_on).map(async name => started.get(name)))
    const startedAt = Date.now()
    await Promise.all(
      instancesOf(service, declared).map(async name => {
        const container = await add(service, name)
        const state = container.declared.restart === 'unless-stopped' ? 'healthy' : 'done'
        say(`${name} ${state} after ${((Date.now() - startedAt) / 1_000).toFixed(1)} s`)
      }),
    )
  }

  return {
    async up() {
      await mkdir(logsDir, { recursive: true })
      const progress = startProgress('starting the services', 'the acts')
      const started = new Map<string, Promise<void>>()
      // Resolved on the next tick, when every service has its promise and can be waited for.
      const begin = Promise.resolve()
      for (const [service] of services)
        started.set(
          service,
          begin.then(() => upService(service, started)),
        )
      await Promise.all(started.values()).finally(progress.done)
    },
    container: containerOf,
    addTwin: async (service, name) => void (await add(service, name)),
    running: () =>
      [...containers.values()]
        .filter(({ declared }) => declared.restart === 'unless-stopped')
        .map(({ name }) => name),
    pidOf: name => pids.get(name) ?? 0,
    kill: name => void process.kill(pids.get(name) ?? 0, 'SIGKILL'),
    async restart(name) {
      const before = pids.get(name) ?? 0
      process.kill(before, 'SIGTERM')
      const deadline = Date.now() + healthyWithinMs
      while (pids.get(name) === before && Date.now() < deadline) await delay(pollMs)
      await healthy(containerOf(name))
    },
    exec: (name, command, environment) =>
      runInContainer(containerOf(name), world.programsDir, command, environment),
    async down() {
      // The last started depends on the first; nobody but the databases has to be told apart.
      for (const stop of stops.toReversed()) await stop()
    },
  }
}
