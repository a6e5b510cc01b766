import { Connection } from '@temporalio/client'
import { taskQueue } from '../contracts/messages.ts'
import { isPolling, questionForPollers } from '../contracts/pollers.ts'
import { connectionOptions, type TemporalEndpoint } from '../contracts/temporal-endpoint.ts'
import type { DependencyView, SiteView } from '../contracts/views.ts'
import { taskFailuresQuery } from '../supervision/temporal-watch.ts'
import { measured } from './measured-dependency.ts'

/** What the api wants to know of Temporal; it never needs it to take an alert or an act. */
export interface TemporalHealth {
  check(): Promise<TemporalCheck>
}

export interface TemporalCheck {
  /** `temporal` and `workers`. */
  dependencies: DependencyView[]
  /** Running workflows whose code fails again and again; undefined when Temporal cannot say. */
  workflowsWithTaskFailures: number | undefined
  /** Every site that targets name. */
  sites: SiteView[]
}

/** Probes come every second from several sides; the server is asked at most this often. */
const dependenciesFreshMs = 2_000
/** Visibility takes ten queries a second for the whole namespace (`frontend.namespaceRPS.visibility`). */
const failuresFreshMs = 15_000
/** Below the patience of a load balancer's probe. */
const answerWithinMs = 1_500

/**
 * Asks a Temporal server about itself. It connects when first asked, so that the api starts without it. `sites` are those that
 * targets name.
 */
export function createTemporalHealth(
  endpoint: TemporalEndpoint,
  sites: readonly string[] = [],
  clock: () => number = Date.now,
): TemporalHealth & { close(): Promise<void> } {
  const connection = Connection.lazy({ ...connectionOptions(endpoint), connectTimeout: answerWithinMs })
  const ask = <T>(work: () => Promise<T>): Promise<T> =>
    connection.withDeadline(Date.now() + answerWithinMs, work)
  const { namespace } = endpoint

  async function hasPollers(site?: string): Promise<boolean> {
    const question = questionForPollers(namespace, site)
    const { pollers } = await ask(() => connection.workflowService.describeTaskQueue(question))
    return (pollers ?? []).some(({ lastAccessTime }) =>
      isPolling(Number(lastAccessTime?.seconds ?? 0) * 1_000, clock()),
    )
  }

  const dependencies = kept(dependenciesFreshMs, clock, async () => {
    const temporal = await measured('temporal', async () => {
      await ask(() => connection.workflowService.describeNamespace({ namespace }))
      return null
    })
    const workers = await measured('workers', async () => {
      if (!temporal.isUp) return 'unknown while Temporal does not answer'
      return (await hasPollers()) ? null : `no worker polls task queue ${taskQueue}`
    })
    return [temporal, workers]
  })
  const served = kept(dependenciesFreshMs, clock, () =>
    Promise.all(sites.map(async name => ({ name, hasWorker: await hasPollers(name).catch(() => null) }))),
  )
  const failures = kept(failuresFreshMs, clock, () =>
    ask(() =>
      connection.workflowService.countWorkflowExecutions({ namespace, query: taskFailuresQuery }),
    ).then(
      ({ count }) => Number(count),
      () => undefined,
    ),
  )

  return {
    async check() {
      const [dependencyViews, workflowsWithTaskFailures, siteViews] = await Promise.all([
        dependencies(),
        failures(),
        served(),
      ])
      return { dependencies: dependencyViews, workflowsWithTaskFailures, sites: siteViews }
    },
    close: () => connection.close(),
  }
}

/** Keeps an answer for a while; those who ask meanwhile share one question. */
function kept<T>(freshMs: number, clock: () => number, ask: () => Promise<T>): () => Promise<T> {
  let last: { atMs: number; answer: Promise<T> } | undefined
  return () => {
    if (last === undefined || clock() - last.atMs >= freshMs) last = { atMs: clock(), answer: ask() }
    return last.answer
  }
}
