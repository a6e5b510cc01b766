import type { TestProject } from 'vitest/node'
import { startThrowawayServers } from '../../embedded/throwaway-servers.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** host:port; time skipping is on for workflows that ask for it. */
    temporalAddress: string
    /** The superuser's connection to the database `postgres`; a test creates databases of its own. */
    postgresUrl: string
    /** Undefined where no redis-server is installed. */
    redisUrl: string | undefined
    /** How many workflows a worker keeps in memory; see vitest.config.ts. */
    maxCachedWorkflows: number
  }
}

const EXIT_WITHIN_MS = 20_000

/** Starts one Temporal, one PostgreSQL and one Redis for the whole run and stops them however it ends. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const servers = await startThrowawayServers({
    of: 'test',
    part: project.name,
    needsTemporal: process.env['TESTS_WITHOUT_TEMPORAL'] !== '1',
    needsRedis: true,
    onMissing: ({ message, hint }) =>
      void process.stderr.write(`paramedic: tests that need Redis are skipped. ${message}\n${hint}\n`),
  })
  // Without one, vitest.config.ts leaves out every test that asks for it.
  project.provide('temporalAddress', servers.temporalAddress ?? 'no Temporal here')
  project.provide('postgresUrl', servers.postgresUrl)
  project.provide('redisUrl', servers.redisUrl)

  return async () => {
    await servers.stop()
    // A process that a failed test has left holds the worker's pipes, and vitest would wait for it for ever.
    setTimeout(() => process.exit(), EXIT_WITHIN_MS).unref()
  }
}
