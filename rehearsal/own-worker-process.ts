/** The worker of a drill that kills it. Everything in it is real; its targets and people are asked for at the drill, which is another process. */
import { CodedError } from '../contracts/coded-error.ts'
import { openDatabase } from '../store/database.ts'
import type { ReadScript } from './due-acts.ts'
import { actedOnce } from './acted-once.ts'
import { configurationOf } from './drill-set.ts'
import type { Answer, Asked, WorkerBeginning } from './own-worker-talk.ts'
import { startRehearsal } from './rehearsal.ts'
import type { ScriptedTarget } from './scripted-targets.ts'

const waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>()
let count = 0

/** The answer is as its question wants it: both sides of own-worker-talk.ts are ours. */
function ask<T>(asked: Asked): Promise<T> {
  const id = (count += 1)
  return new Promise<T>((resolve, reject) => {
    waiting.set(id, { resolve: value => resolve(value as T), reject })
    process.send!({ id, asked })
  })
}

function hear({ id, value, failure }: Answer): void {
  const asked = waiting.get(id)
  waiting.delete(id)
  if (failure === undefined) return asked?.resolve(value)
  const { code, message, fields } = failure
  asked?.reject(
    code === undefined
      ? new Error(message)
      : new CodedError(code, message, fields === undefined ? {} : { fields }),
  )
}

const target: ScriptedTarget = {
  measure: moment => ask({ what: 'measure', moment }),
  wouldTouch: moment => ask({ what: 'wouldTouch', moment }),
  identity: moment => ask({ what: 'identity', moment, isBeforeEffect: moment.isActing }),
  apply: moment => ask({ what: 'apply', moment }),
  probe: moment => ask({ what: 'probe', moment }),
}

async function work({
  temporalAddress,
  namespace,
  databaseUrl,
  drill,
  loaded,
}: WorkerBeginning): Promise<void> {
  const rehearsal = await startRehearsal({ temporalAddress, namespace })
  const script = actedOnce({
    readScript: input => ask<ReadScript>({ what: 'read-script', input }),
    performAct: input => ask<void>({ what: 'perform-act', input }),
  })
  rehearsal.stage({
    pool: openDatabase(databaseUrl, { maxConnections: 8 }),
    configuration: configurationOf(drill, loaded.runbook),
    runbooks: [loaded],
    target: () => target,
    tellsNews: true,
    moreActivities: { ...script },
    beforeAction: step => ask<void>({ what: 'before-action', step }),
    afterActivity: () => ask<void>({ what: 'after-activity' }),
    heard: {
      page: sent => void ask({ what: 'paged', sent }),
      news: one => void ask({ what: 'told', one }),
    },
  })
  process.send!('ready')
}

// The drill is gone, and nobody would end this process.
process.once('disconnect', () => process.exit())
process.once('message', (beginning: WorkerBeginning) => {
  process.on('message', hear)
  void work(beginning).catch((error: unknown) => {
    console.error(error)
    process.exit(1)
  })
})
