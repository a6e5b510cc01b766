import { join, resolve } from 'node:path'
import { loadConfiguration } from '../configuration.ts'
import type { ReadinessView } from '../contracts/views.ts'
import { writeConnection } from './connection-file.ts'
import { keepChild, type Parent } from './keep-child.ts'
import { claimPorts, type PortName } from './ports.ts'
import { startProgress } from './progress.mjs'
import { banner } from './ready-banner.ts'
import { startSandbox, type Sandbox } from './sandbox/start.ts'
import { startServers } from './start-servers.ts'

export type Start = Parent & { env: NodeJS.ProcessEnv }

/**
 * `npm start`, in order: the servers, the sandbox's shop unless a configuration is given, then api and worker, whose rules
 * watch the shop. Everything started is on the stop list. Throws when a part cannot start.
 */
export async function startEverything(start: Start): Promise<void> {
  const { folder, env, projectDir, stopList, say } = start
  const configPath = ownConfiguration(start)
  const needsSandbox = configPath === undefined
  const ports = await claimPorts(portsNeeded(env, needsSandbox), env)
  const apiUrl = `http://127.0.0.1:${ports.api}`
  const whoMayAct = await writeConnection(folder, apiUrl, configPath)

  const servers = await startServers({ ...start, needsSandbox, ports })
  const sandbox = needsSandbox ? await prepareSandbox(start, servers, ports.shop) : undefined
  if (sandbox !== undefined) {
    stopList.add('patient', 'shop', sandbox.stop)
    const progress = startProgress('starting the shop')
    await sandbox.start().finally(progress.end)
  }
  const childEnv = {
    ...env,
    ...sandbox?.env,
    PARAMEDIC_TEMPORAL_ADDRESS: servers.temporalAddress,
    PARAMEDIC_TEMPORAL_NAMESPACE: servers.temporalNamespace,
    PARAMEDIC_DATABASE_URL: servers.databaseUrl,
    PARAMEDIC_CONFIG: sandbox?.configPath ?? configPath,
    PARAMEDIC_RUNBOOKS: env['PARAMEDIC_RUNBOOKS'] ?? join(projectDir, 'runbooks'),
    PARAMEDIC_API_PORT: String(ports.api),
    // The worker here serves everything that has no site; one of a site is started by itself.
    PARAMEDIC_SITE: '',
  }
  const service = { env: childEnv }
  // The api migrates the database, and the worker waits for nothing of the api's.
  await Promise.all([
    keepChild(start, {
      ...service,
      name: 'api',
      script: 'api/main.ts',
      isReady: () => takesAlerts(apiUrl),
    }),
    keepChild(start, {
      ...service,
      name: 'worker',
      script: 'worker/main.ts',
      // Without Temporal it never is, and makes incidents of alerts all the same.
      ...(servers.isTemporalMissing ? {} : { isReady: saysWorkerReady }),
    }),
  ])
  say(
    banner({
      apiUrl,
      logs: join(folder.path, 'logs'),
      needsSandbox,
      whoMayAct,
      hasTemporal: !servers.isTemporalMissing,
      faultyRunbooks: await faultyRunbooks(apiUrl),
    }),
  )
}

/** The path of the configuration that was given. Throws `invalid_configuration` with every fault, before anything is started. */
function ownConfiguration({ env, projectDir }: Start): string | undefined {
  const given = env['PARAMEDIC_CONFIG']
  if (given === undefined || given === '') return undefined
  // As api and worker will, which run in the project's folder.
  const path = resolve(projectDir, given)
  loadConfiguration(path, { variables: env })
  return path
}

function portsNeeded(env: NodeJS.ProcessEnv, needsSandbox: boolean): PortName[] {
  const parts: [PortName, boolean][] = [
    ['api', true],
    ['temporal', isUnset(env['PARAMEDIC_TEMPORAL_ADDRESS'])],
    ['postgres', needsSandbox || isUnset(env['PARAMEDIC_DATABASE_URL'])],
    ['redis', needsSandbox],
    ['shop', needsSandbox],
  ]
  return parts.filter(([, isNeeded]) => isNeeded).map(([name]) => name)
}

function prepareSandbox(
  start: Start,
  servers: Awaited<ReturnType<typeof startServers>>,
  shopPort: number,
): Promise<Sandbox> {
  if (servers.postgres === undefined) throw new Error('the sandbox needs the embedded PostgreSQL')
  const { projectDir, folder, say } = start
  return startSandbox({
    projectDir,
    dataDir: folder.path,
    postgresUrl: servers.postgres.url,
    redisUrl: servers.redisUrl,
    shopPort,
    say,
  })
}

/** What the api does by itself; the worker says of itself when it is ready. */
async function takesAlerts(apiUrl: string): Promise<boolean> {
  try {
    const response = await fetch(`${apiUrl}/readyz?for=intake`, { signal: AbortSignal.timeout(2_000) })
    await response.body?.cancel()
    return response.status === 200
  } catch {
    return false
  }
}

/** Whoever starts this is often who writes the runbooks, and reads no log. */
async function faultyRunbooks(apiUrl: string): Promise<readonly string[]> {
  try {
    const response = await fetch(`${apiUrl}/readyz`, { signal: AbortSignal.timeout(2_000) })
    return ((await response.json()) as ReadinessView).faultyRunbooks ?? []
  } catch {
    return []
  }
}

async function saysWorkerReady(output: () => Promise<string>): Promise<boolean> {
  return /^worker ready$/m.test(await output())
}

function isUnset(value: string | undefined): boolean {
  return value === undefined || value === ''
}
