/** The processes of bench/floors. */
import { writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { ensureDatabase } from '../../embedded/postgres-server.ts'
import { findOnPath } from '../../embedded/find-on-path.ts'
import { freePort } from '../../embedded/ports.ts'
import { endChild, hasEnded } from '../../embedded/processes.ts'
import { startProjectChild } from '../../embedded/project-child.ts'
import { cleanEnvironment } from './paramedic.ts'
import type { Servers } from './servers.ts'

const projectDir = dirname(dirname(dirname(fileURLToPath(import.meta.url))))
const alertmanagerReadyWithinMs = 20_000
const pollMs = 100
const stopWithinMs = 2_000
const json = { 'content-type': 'application/json' }

/** The two bare Fastify routes, on the same PostgreSQL. */
export async function startHttpFloor(servers: Servers) {
  await ensureDatabase(servers.postgres, 'bench_floor')
  const port = await freePort()
  const origin = `http://127.0.0.1:${port}`
  const floor = await startProjectChild({
    name: 'http floor',
    script: 'bench/floors/http-floor.ts',
    projectDir,
    env: {
      ...cleanEnvironment(),
      NODE_ENV: 'production',
      BENCH_DATABASE_URL: servers.postgres.url('bench_floor'),
      BENCH_PORT: String(port),
    },
    logFile: join(servers.folder, 'http-floor.log'),
    processes: servers.processes,
    isReady: () => answers(`${origin}/readyz`),
  })
  return {
    insert: { origin, path: '/insert', headers: json },
    grouped: { origin, path: '/grouped', headers: json },
    stop: floor.stop,
  }
}

/** A worker of the floors in the namespace of the Paramedic it is compared with. */
export async function startWorkflowFloor(servers: Servers, namespace: string) {
  return startProjectChild({
    name: 'workflow floor',
    script: 'bench/floors/workflow-floor.ts',
    projectDir,
    env: {
      ...cleanEnvironment(),
      NODE_ENV: 'production',
      BENCH_TEMPORAL_ADDRESS: servers.temporalAddress,
      BENCH_NAMESPACE: namespace,
    },
    logFile: join(servers.folder, `${namespace}-floor.log`),
    processes: servers.processes,
    isReady: async output => /^floor ready$/m.test(await output()),
  })
}

/** Alertmanager itself, where it is installed (Debian names it prometheus-alertmanager). It keeps alerts in memory. */
export async function startAlertmanager(servers: Servers) {
  const program = findOnPath('prometheus-alertmanager') ?? findOnPath('alertmanager')
  if (program === undefined) return undefined
  const port = await freePort()
  const origin = `http://127.0.0.1:${port}`
  const config = join(servers.folder, 'alertmanager.yml')
  await writeFile(config, 'route: { receiver: nobody }\nreceivers: [{ name: nobody }]\n')
  const child = servers.processes.spawn(
    'alertmanager',
    program,
    [
      `--config.file=${config}`,
      `--storage.path=${join(servers.folder, 'alertmanager')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--cluster.listen-address=',
    ],
    { logFile: join(servers.folder, 'alertmanager.log') },
  )
  const deadline = Date.now() + alertmanagerReadyWithinMs
  while (!(await answers(`${origin}/-/ready`))) {
    if (hasEnded(child) || Date.now() > deadline)
      throw new Error(`Alertmanager did not start; see ${servers.folder}/alertmanager.log.`)
    await delay(pollMs)
  }
  return {
    alerts: { origin, path: '/api/v2/alerts', headers: json },
    stop: () => endChild(child, 'SIGTERM', stopWithinMs),
  }
}

async function answers(url: string): Promise<boolean> {
  const response = await fetch(url, { signal: AbortSignal.timeout(2_000) }).catch(() => undefined)
  await response?.body?.cancel()
  return response?.ok === true
}
