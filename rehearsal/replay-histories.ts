/** Runs archived histories through the workflow code that is here now. It composes a worker of Temporal's that has no server. */
import { fileURLToPath } from 'node:url'
import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js'
import {
  DefaultLogger,
  type InjectedSinks,
  makeTelemetryFilterString,
  Runtime,
  Worker,
  type WorkflowBundle,
} from '@temporalio/worker'
import { type Divergence, findDivergence, type Noted } from '../proof/divergence.ts'
import type { RunHistory } from '../proof/history.ts'
import { bundleWorkflows } from '../worker/workflow-bundle.ts'
import type { NotingSinks } from './note-commands.ts'

const noting = fileURLToPath(new URL('./note-commands.ts', import.meta.url))

export interface ReplayedRun {
  run: RunHistory
  json: string
}

/** Replays each run; where today's code parts from one, that is said. Takes over the process's Temporal runtime until it returns. */
export async function replayHistories(
  workflowId: string,
  runs: readonly ReplayedRun[],
): Promise<Divergence[]> {
  Runtime.install({
    shutdownSignals: [],
    logger: new DefaultLogger('ERROR', () => undefined),
    // A refusal is the answer here; nobody needs it a second time on standard error.
    telemetryOptions: { logging: { filter: makeTelemetryFilterString({ core: 'ERROR', other: 'ERROR' }) } },
  })
  try {
    const bundle = await bundleWorkflows({ interceptorModules: [noting] })
    const found: Divergence[] = []
    for (const run of runs) {
      const divergence = await replayRun(bundle, workflowId, run)
      if (divergence !== undefined) found.push(divergence)
    }
    return found
  } finally {
    await Runtime.instance().shutdown()
  }
}

async function replayRun(
  workflowBundle: WorkflowBundle,
  workflowId: string,
  { run, json }: ReplayedRun,
): Promise<Divergence | undefined> {
  const noted: Noted[] = []
  const sinks: InjectedSinks<NotingSinks> = {
    replay: {
      note: { fn: (_, command) => void noted.push(JSON.parse(command) as Noted), callDuringReplay: true },
    },
  }
  try {
    await Worker.runReplayHistory({ workflowBundle, sinks }, historyFromJSON(JSON.parse(json)), workflowId)
    return findDivergence(run, noted, undefined)
  } catch (error) {
    return findDivergence(run, noted, refusalOf(error))
  }
}

/** The one sentence in Temporal's nested failure that says what did not fit. */
function refusalOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  return /\[TMPRL\d+\] (.*?)(?:", source:|$)/s.exec(message)?.[1] ?? message
}
