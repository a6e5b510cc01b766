import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { DataFolder } from './data-folder.ts'
import { keepRunning, type Running } from './keep-running.ts'
import { claimPort } from './ports.ts'
import type { ProcessRegistry } from './processes.ts'
import { startProjectChild, type ProjectChild } from './project-child.ts'
import { keepSecret, newToken } from './sandbox/credentials.ts'
import { startSandbox, type Sandbox } from './sandbox/start.ts'
import { startServers } from './start-servers.ts'
import type { StopList } from './stop-list.ts'

export type Start = {
  projectDir: string
  folder: DataFolder
  processes: ProcessRegistry
  stopList: StopList
  env: NodeJS.ProcessEnv
  say(line: string): void
}

/**
 * `npm start`, in order: the servers, the sandbox unless a configuration is given, api and worker, then the shop and
 * its alerting, which report to the api. Everything started is on the stop list. Throws when a part cannot start.
 */
export async function startEverything(start: Start): Promise<void> {
  const { folder, env, stopList, say } = start
  const needsSandbox = isUnset(env['PARAMEDIC_CONFIG'])
  const apiPort = await claimPort('api', env)
  const shopPort = needsSandbox ? await claimPort('shop', env) : 0
  const apiUrl = `http://127.0.0.1:${apiPort}`
  keepSecret(folder.token, newToken)
  await writeFile(folder.connection, `${JSON.stringify({ apiUrl, tokenFile: folder.token }, null, 2)}\n`)

  const servers = await startServers({ ...start, needsSandbox })
  const alerting: Promise<void>[] = []
  const sandbox = needsSandbox
    ? await prepareSandbox(start, servers, { apiPort, shopPort, alerting })
    : undefined
  const childEnv = {
    ...env,
    ...sandbox?.env,
    PARAMEDIC_TEMPORAL_ADDRESS: servers.temporalAddress,
    PARAMEDIC_TEMPORAL_NAMESPACE: servers.temporalNamespace,
    PARAMEDIC_DATABASE_URL: servers.databaseUrl,
    PARAMEDIC_CONFIG: sandbox?.configPath ?? env['PARAMEDIC_CONFIG'],
    PARAMEDIC_RUNBOOKS: env['PARAMEDIC_RUNBOOKS'] ?? join(start.projectDir, 'runbooks'),
    PARAMEDIC_API_PORT: String(apiPort),
    PARAMEDIC_SANDBOX_TOKEN_FILE: folder.token,
  }
  // The api migrates the database, and the worker waits for nothing of the api's.
  await Promise.all([
    keepChild(start, {
      name: 'api',
      script: 'api/main.ts',
      env: childEnv,
      isReady: () => answersReady(apiUrl),
    }),
    keepChild(start, { name: 'worker', script: 'worker/main.ts', env: childEnv, isReady: saysWorkerReady }),
  ])
  if (sandbox !== undefined) {
    stopList.add('patient', 'shop', sandbox.stop)
    await sandbox.start()
    await Promise.all(alerting)
  }
  say(banner(start, apiUrl, needsSandbox))
}

function prepareSandbox(
  start: Start,
  servers: Awaited<ReturnType<typeof startServers>>,
  details: { apiPort: number; shopPort: number; alerting: Promise<void>[] },
): Promise<Sandbox> {
  if (servers.postgres === undefined) throw new Error('the sandbox needs the embedded PostgreSQL')
  const { projectDir, folder, env, say } = start
  return startSandbox({
    projectDir,
    dataDir: folder.path,
    postgresUrl: servers.postgres.url,
    redisUrl: servers.redisUrl,
    shopPort: details.shopPort,
    apiPort: details.apiPort,
    say,
    spawnChild(name, script, childEnv) {
      details.alerting.push(keepChild(start, { name, script, env: { ...env, ...childEnv } }, 'alerting'))
    },
  })
}

type Child = Pick<ProjectChild, 'name' | 'script' | 'env' | 'isReady'>

async function keepChild(start: Start, child: Child, stage: 'services' | 'alerting' = 'services') {
  const { folder, processes, projectDir, say, stopList } = start
  const logFile = folder.logOf(child.name)
  const startedAt = Date.now()
  const launch = (): Promise<Running> => startProjectChild({ ...child, logFile, processes, projectDir })
  const kept = await keepRunning({ name: child.name, logFile, launch, say })
  stopList.add(stage, child.name, kept.stop)
  say(`${child.name} ready after ${((Date.now() - startedAt) / 1000).toFixed(1)} s`)
}

async function answersReady(apiUrl: string): Promise<boolean> {
  try {
    const response = await fetch(`${apiUrl}/readyz`, { signal: AbortSignal.timeout(2_000) })
    await response.body?.cancel()
    return response.status === 200
  } catch {
    return false
  }
}

async function saysWorkerReady(output: () => Promise<string>): Promise<boolean> {
  return /^worker ready$/m.test(await output())
}

function banner(start: Start, apiUrl: string, hasSandbox: boolean): string {
  const next = hasSandbox
    ? 'break something:  npx paramedic sandbox break idle-connections'
    : 'look at it:       npx paramedic incident list'
  return [
    'ready',
    '',
    `  API               ${apiUrl}`,
    `  ${next}`,
    `  logs              ${join(start.folder.path, 'logs')}`,
    `  stop              Ctrl-C`,
    '',
  ].join('\n')
}

function isUnset(value: string | undefined): boolean {
  return value === undefined || value === ''
}
