import type { FastifyBaseLogger } from 'fastify'
import type { Registry } from 'prom-client'
import { z } from 'zod'
import type { SiteView } from '../../contracts/views.ts'
import type { Pool } from '../../store/database.ts'
import { withinDatabaseWait } from '../database-wait.ts'
import { documented } from '../documented.ts'
import { storedMetrics } from '../stored-metrics.ts'
import type { TemporalHealth } from '../temporal-health.ts'
import type { Api } from '../validation.ts'

interface Dependencies {
  pool: Pool
  temporal?: TemporalHealth
  registry: Registry
  clock: () => number
  log: FastifyBaseLogger
}

/** Less than the handler's whole time, so that without PostgreSQL the process still tells of itself. */
const storedWithinMs = 1_500

/** Prometheus text: what this process counts, and what PostgreSQL knows. */
export function metricsRoute(app: Api, { pool, temporal, registry, clock, log }: Dependencies): void {
  app.get('/metrics', scraping, async (_request, reply) => {
    const stored = withinDatabaseWait(() => storedMetrics(pool, clock()), storedWithinMs).catch(
      (error: unknown) => {
        log.warn({ error: String(error) }, 'metrics from PostgreSQL are missing from this scrape')
        return ''
      },
    )
    const [own, fromDatabase, check] = await Promise.all([registry.metrics(), stored, temporal?.check()])
    reply.type(registry.contentType)
    return [
      own,
      fromDatabase,
      taskFailures(check?.workflowsWithTaskFailures),
      siteWorkers(check?.sites ?? []),
    ].join('\n')
  })
}

function taskFailures(count: number | undefined): string {
  if (count === undefined) return ''
  const name = 'paramedic_workflows_with_task_failures'
  return `# HELP ${name} Running workflows whose code fails and is tried again.\n# TYPE ${name} gauge\n${name} ${count}\n`
}

/** What Temporal cannot tell is left out. */
function siteWorkers(sites: readonly SiteView[]): string {
  const name = 'paramedic_site_has_worker'
  const lines = sites.flatMap(site =>
    site.hasWorker === null ? [] : [`${name}{site="${site.name}"} ${Number(site.hasWorker)}`],
  )
  if (lines.length === 0) return ''
  const head = [`# HELP ${name} Whether a worker polls for the targets of a site.`, `# TYPE ${name} gauge`]
  return [...head, ...lines, ''].join('\n')
}

const scraping = documented({
  access: 'service.read',
  chapter: 'Service',
  id: 'readMetrics',
  summary: 'Metrics for Prometheus',
  description:
    'What this process counts, to be summed over processes; and what PostgreSQL knows, which every process tells alike (`max without (instance)`). Without PostgreSQL the first half is given.',
  schema: { response: { 200: z.string() } },
  replyType: 'text/plain',
  needsNoDatabase: true,
  examples: {
    scrape: {
      summary: 'A few lines of it',
      reply:
        '# HELP paramedic_open_gates Gates that wait for people.\n# TYPE paramedic_open_gates gauge\nparamedic_open_gates 1\n',
    },
  },
})
