/** Paramedic as it runs in production: api and worker as processes of their own, on a database and a namespace of their own. */
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ensureDatabase } from '../../embedded/postgres-server.ts'
import { freePort } from '../../embedded/ports.ts'
import { startProjectChild } from '../../embedded/project-child.ts'
import { newToken } from '../../embedded/sandbox/credentials.ts'
import { registerNamespace } from '../../embedded/temporal-namespace.ts'
import type { Endpoint } from '../load.ts'
import type { Patient } from './patient.ts'
import type { Servers } from './servers.ts'
import { configurationYaml, openRunbook, standardRunbook } from './standard-incident.ts'

export interface Paramedic {
  databaseUrl: string
  namespace: string
  api: { url: string; pid: number }
  worker: { pid: number } | undefined
  /** The webhook of its Alertmanager source. */
  webhook: Omit<Endpoint, 'body'>
  stop(): Promise<void>
}

const projectDir = dirname(dirname(dirname(fileURLToPath(import.meta.url))))

/** `name` tells this one's database, namespace and logs from those of the other parts. */
export async function startParamedic(
  servers: Servers,
  patient: Patient,
  name: string,
  options: { hasWorker: boolean; profile: string | undefined },
): Promise<Paramedic> {
  const database = `bench_${name}`
  await ensureDatabase(servers.postgres, database)
  const databaseUrl = servers.postgres.url(database)
  await registerNamespace(servers.temporalAddress, database)
  const folder = join(servers.folder, name)
  await mkdir(join(folder, 'runbooks'), { recursive: true })
  await writeFile(join(folder, 'runbooks', 'standard.yaml'), standardRunbook)
  await writeFile(join(folder, 'runbooks', 'default.yaml'), openRunbook)
  await writeFile(join(folder, 'paramedic.yaml'), configurationYaml(patient.url, servers.redis.url))
  const token = newToken()
  const port = await freePort()
  const env = {
    ...cleanEnvironment(),
    NODE_ENV: 'production',
    ...(options.profile === undefined
      ? {}
      : { NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${join(options.profile, name)}` }),
    PARAMEDIC_DATABASE_URL: databaseUrl,
    PARAMEDIC_TEMPORAL_ADDRESS: servers.temporalAddress,
    PARAMEDIC_TEMPORAL_NAMESPACE: database,
    PARAMEDIC_CONFIG: join(folder, 'paramedic.yaml'),
    PARAMEDIC_RUNBOOKS: join(folder, 'runbooks'),
    PARAMEDIC_API_PORT: String(port),
    BENCH_SOURCE_TOKEN: token,
  }
  const child = (service: 'api' | 'worker', isReady: (output: () => Promise<string>) => Promise<boolean>) =>
    startProjectChild({
      name: service,
      script: `${service}/main.ts`,
      projectDir,
      env,
      logFile: join(folder, `${service}.log`),
      processes: servers.processes,
      isReady,
    })
  const url = `http://127.0.0.1:${port}`
  const api = await child('api', async output => (await output()).includes('api is up'))
  const worker = options.hasWorker
    ? await child('worker', async output => /^worker ready$/m.test(await output()))
    : undefined
  return {
    databaseUrl,
    namespace: database,
    api: { url, pid: api.pid },
    worker,
    webhook: {
      origin: url,
      path: '/v1/webhooks/alertmanager',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    },
    async stop() {
      await Promise.all([api.stop(), worker?.stop()])
    },
  }
}

/** Of the shell's environment everything but what would lead a child to servers that are not the bench's. */
export function cleanEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('PARAMEDIC_')))
}
