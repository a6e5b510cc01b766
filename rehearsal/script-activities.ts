import type { Pool } from '../store/database.ts'
import type { ReadScript } from './due-acts.ts'
import { readWorkflowInput } from '../store/incidents.ts'

/** Something somebody does at its minute; `atMs` is the workflow's time. */
export interface ScriptedAct {
  /** Milliseconds after the incident opened, or after its post-mortem began. */
  afterMs: number
  /** It counts from when a gate of this step opens instead; whoever puts it on the stage says when that is. */
  onGate?: string
  perform(context: { pool: Pool; number: string; atMs: number }): Promise<void>
}

/** Which workflow's clock the acts go by. */
export type ScriptedTime = 'incident' | 'post-mortem'

export interface ScriptInput {
  number: string
  during: ScriptedTime
}

/** Longest wait for the relay to hand an act to the workflow. */
const deliveredWithinMs = 20_000

export type ScriptActivities = ReturnType<typeof createScriptActivities>

/** Acts return only when the relay has delivered what they left, so that the workflow's clock cannot run ahead of them. */
export function createScriptActivities(options: {
  pool: Pool
  scriptFor(labels: Record<string, string>, during: ScriptedTime): readonly ScriptedAct[]
  /** The rehearsal is over then; default when its workflows have ended. */
  endsAfterMs?: number
  /** Makes the relay work now; resolves when nothing waits any more. */
  relayAll(withinMs: number, atMs: number): Promise<void>
}) {
  return {
    async readScript(input: ScriptInput): Promise<ReadScript> {
      const acts = (await scriptOf(input)).map(({ afterMs, onGate }, index) => ({ index, afterMs, onGate }))
      const due = acts
        .filter(act => act.onGate === undefined)
        .map(({ index, afterMs }) => ({ index, afterMs }))
      const { endsAfterMs } = options
      return { acts: due, ...(endsAfterMs === undefined ? {} : { endsAfterMs }) }
    },

    async performAct(input: ScriptInput & { index: number; atMs: number }): Promise<void> {
      const act = (await scriptOf(input))[input.index]!
      await act.perform({ pool: options.pool, number: input.number, atMs: input.atMs })
      await options.relayAll(deliveredWithinMs, input.atMs)
    },
  }
  async function scriptOf({ number, during }: ScriptInput): Promise<readonly ScriptedAct[]> {
    const { alert } = await readWorkflowInput(options.pool, number)
    return options.scriptFor(alert.labels, during)
  }
}
