import { heartbeat } from '@temporalio/activity'
import { ApplicationFailure } from '@temporalio/common'
import type { ScriptActivities } from './script-activities.ts'

/** A third of what scripted-people.ts takes for lost. */
const beatMs = 1_000

/** As activities: they beat their hearts, so that those of a killed worker are soon begun anew, and what fails is not repeated. */
export function actedOnce(script: ScriptActivities): ScriptActivities {
  return {
    readScript: input => alive(() => script.readScript(input)),
    performAct: input => alive(() => script.performAct(input)),
  }
}

async function alive<T>(work: () => Promise<T>): Promise<T> {
  const beating = setInterval(() => heartbeat(), beatMs)
  try {
    return await work()
  } catch (error) {
    throw ApplicationFailure.nonRetryable(error instanceof Error ? error.message : String(error))
  } finally {
    clearInterval(beating)
  }
}
