type Stop = { name: string; stop(): Promise<void> }

export type StopList = {
  /**
   * Stopped together with the others of the same stage; a stage begins when the one before is done. Throws once the
   * stopping has begun, which ends an interrupted start.
   */
  add(stage: StopStage, name: string, stop: () => Promise<void>): void
  stopAll(): Promise<void>
}

/**
 * The order of the end: first who uses the servers and would report the patient's end as an incident, then the patient, then
 * the servers, with the database last because everything writes there.
 */
const STOP_STAGES = ['services', 'patient', 'engine', 'database'] as const
export type StopStage = (typeof STOP_STAGES)[number]

/** Collects what has to be stopped while it is started. */
export function createStopList(say: (line: string) => void): StopList {
  const stages = new Map<StopStage, Stop[]>(STOP_STAGES.map(stage => [stage, []]))
  let isStopping = false
  return {
    add(stage, name, stop) {
      if (isStopping) throw new Error(`${name} came up while everything was being stopped`)
      stages.get(stage)?.push({ name, stop })
    },
    async stopAll() {
      isStopping = true
      for (const stops of stages.values()) {
        await Promise.all(
          stops.map(({ name, stop }) =>
            stop().catch((error: unknown) => say(`${name} did not stop as it should: ${String(error)}`)),
          ),
        )
      }
    },
  }
}
