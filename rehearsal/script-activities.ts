import type { Pool } from '../store/database.ts'

/** Something somebody does at its minute; `atMs` is the workflow's time. */
export interface ScriptedAct {
  /** Milliseconds after the incident opened. */
  afterMs: number
  perform(context: { pool: Pool; number: string; atMs: number }): Promise<void>
}

/** Longest wait for the relay to hand an act to the workflow. */
const deliveredWithinMs = 20_000

export type ScriptActivities = ReturnType<typeof createScriptActivities>

/** Acts return only when the relay has delivered what they left, so that the workflow's clock cannot run ahead of them. */
export function createScriptActivities(options: {
  pool: Pool
  scriptFor(labels: Record<string, string>): readonly ScriptedAct[]
  /** Makes the relay work now; resolves when nothing waits any more. */
  relayAll(withinMs: number): Promise<void>
}) {
  return {
    async readScript(input: { number: string; labels: Record<string, string> }): Promise<number[]> {
      return options.scriptFor(input.labels).map(act => act.afterMs)
    },

    async performAct(input: {
      number: string
      labels: Record<string, string>
      index: number
      atMs: number
    }): Promise<void> {
      const act = options.scriptFor(input.labels)[input.index]!
      await act.perform({ pool: options.pool, number: input.number, atMs: input.atMs })
      await options.relayAll(deliveredWithinMs)
    },
  }
}
