import { Connection, isGrpcServiceError } from '@temporalio/client'
import { incidentWorkflowType, postmortemWorkflowType } from '../contracts/messages.ts'
import { questionForPollers } from '../contracts/pollers.ts'
import { connectionOptions, type TemporalEndpoint } from '../contracts/temporal-endpoint.ts'
import type { RunningWorkflow, TemporalSeen } from './look.ts'

/** What supervision asks Temporal. Every question is batched: a look costs the same few calls for one incident and for a thousand. */
export interface TemporalWatch {
  /** Undefined when it does not answer; never throws. */
  look(): Promise<TemporalSeen | undefined>
  /**
   * Of these workflow ids those that do not run, with when it ended, if it ever was. Lists lag behind; this asks each
   * workflow itself. Undefined when Temporal does not answer.
   */
  ended(workflowIds: readonly string[]): Promise<Map<string, number | undefined> | undefined>
}

/** Running workflows whose code fails; operators ask the same by `temporal workflow list --query`. */
export const taskFailuresQuery = `TemporalReportedProblems IS NOT NULL AND ExecutionStatus = 'Running'`
const runningQuery = (type: string): string => `WorkflowType = '${type}' AND ExecutionStatus = 'Running'`

/** A server slower than this is as good as silent; a look of a thousand incidents takes a fraction of it. */
const answerWithinMs = 5_000
/** The most that one page of a list may have. */
const pageSize = 1_000
/** Questions about single workflows at the same time. */
const lanes = 20

/** It connects when first asked, so that supervision starts without it. `sites` are those that targets name. */
export function createTemporalWatch(
  endpoint: TemporalEndpoint,
  sites: readonly string[] = [],
): TemporalWatch & { close(): Promise<void> } {
  const { namespace } = endpoint
  const connection = Connection.lazy({ ...connectionOptions(endpoint), connectTimeout: answerWithinMs })
  const ask = <T>(work: () => Promise<T>): Promise<T> =>
    connection.withDeadline(Date.now() + answerWithinMs, work)

  async function list(query: string): Promise<RunningWorkflow[]> {
    const found: RunningWorkflow[] = []
    let nextPageToken: Uint8Array | undefined
    do {
      const page = await connection.workflowService.listWorkflowExecutions({
        namespace,
        query,
        pageSize,
        ...(nextPageToken === undefined ? {} : { nextPageToken }),
      })
      for (const { execution, startTime } of page.executions ?? [])
        found.push({ workflowId: execution?.workflowId ?? '', startedAtMs: millisecondsOf(startTime) ?? 0 })
      nextPageToken = page.nextPageToken
    } while (nextPageToken !== undefined && nextPageToken !== null && nextPageToken.length > 0)
    return found
  }

  async function lastPoll(site?: string): Promise<number | undefined> {
    const question = questionForPollers(namespace, site)
    const { pollers } = await connection.workflowService.describeTaskQueue(question)
    const times = (pollers ?? []).map(({ lastAccessTime }) => millisecondsOf(lastAccessTime) ?? 0)
    return times.length === 0 ? undefined : Math.max(...times)
  }

  async function endOf(workflowId: string): Promise<{ isRunning: boolean; endedAtMs: number | undefined }> {
    try {
      const { workflowExecutionInfo: info } = await connection.workflowService.describeWorkflowExecution({
        namespace,
        execution: { workflowId },
      })
      // A closed run has a close time; one that has continued in a new run is about to be followed by it.
      const endedAtMs = millisecondsOf(info?.closeTime)
      return { isRunning: endedAtMs === undefined || info?.status === continuedAsNew, endedAtMs }
    } catch (error) {
      if (isGrpcServiceError(error) && error.code === notFound)
        return { isRunning: false, endedAtMs: undefined }
      throw error
    }
  }

  return {
    look: () =>
      orSilent(
        ask(async () => {
          const [running, postmortems, failing, lastPollAtMs, sitePolls] = await together([
            list(runningQuery(incidentWorkflowType)),
            list(runningQuery(postmortemWorkflowType)),
            list(taskFailuresQuery),
            lastPoll(),
            together(sites.map(async site => ({ site, lastPollAtMs: await lastPoll(site) }))),
          ])
          const idsOf = (workflows: RunningWorkflow[]): string[] =>
            workflows.map(({ workflowId }) => workflowId)
          return {
            running,
            postmortems: idsOf(postmortems),
            failing: idsOf(failing),
            lastPollAtMs,
            sitePolls,
          }
        }),
      ),
    ended: workflowIds =>
      orSilent(
        ask(async () => {
          const queue = workflowIds.values()
          const found = new Map<string, number | undefined>()
          const lane = async (): Promise<void> => {
            for (const workflowId of queue) {
              const { isRunning, endedAtMs } = await endOf(workflowId)
              if (!isRunning) found.set(workflowId, endedAtMs)
            }
          }
          await together(Array.from({ length: lanes }, lane))
          return found
        }),
      ),
    close: () => connection.close(),
  }
}

/** gRPC status NOT_FOUND. */
const notFound = 5
/** WORKFLOW_EXECUTION_STATUS_CONTINUED_AS_NEW */
const continuedAsNew = 6

/** Like Promise.all, but rejects only when all have ended: a call that went on behind our back would meet a closed connection. */
async function together<const T extends readonly Promise<unknown>[]>(calls: T) {
  await Promise.allSettled(calls)
  return Promise.all(calls)
}

/** Whatever goes wrong in asking: Temporal has not answered, and that is a finding of its own. */
async function orSilent<T>(asked: Promise<T>): Promise<T | undefined> {
  return asked.catch(() => undefined)
}

function millisecondsOf(
  time: { seconds?: unknown; nanos?: number | null } | null | undefined,
): number | undefined {
  if (time === null || time === undefined) return undefined
  return Number(time.seconds ?? 0) * 1_000 + Math.floor((time.nanos ?? 0) / 1_000_000)
}
