/** A drill that kills its worker: that is a process, and what the drill knows stays on this side. */
import { type ChildProcess, fork } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { Client, Connection } from '@temporalio/client'
import { isCodedError } from '../contracts/coded-error.ts'
import type { CrashPoint, Drill } from '../contracts/drill.ts'
import type { Happened } from '../drills/happened.ts'
import { registerNamespace } from '../embedded/temporal-namespace.ts'
import type { DrillDatabase } from './drill-databases.ts'
import { createDrillSet, type DrillSet, type RehearsedRunbook } from './drill-set.ts'
import type { Answer, Asked, Question, WorkerBeginning } from './own-worker-talk.ts'
import { runDrill, type Theatre } from './run-drill.ts'
import { createStage, type Stage, type StageOptions } from './stage.ts'
import { createStartDelays } from './start-delays.ts'
import { skipTime } from './time-skipping.ts'

const workerProcess = fileURLToPath(new URL('./own-worker-process.ts', import.meta.url))

interface Given {
  temporalAddress: string
  drill: Drill
  loaded: RehearsedRunbook
  database: DrillDatabase
}

export async function runOnOwnWorker(given: Given): Promise<Happened> {
  const { temporalAddress, drill, loaded, database } = given
  const namespace = `drill-${randomBytes(6).toString('hex')}`
  await registerNamespace(temporalAddress, namespace)
  const connection = await Connection.connect({ address: temporalAddress })
  const { beginAt, startDelay } = createStartDelays()
  skipTime(connection, startDelay)
  const client = new Client({ connection, namespace })

  let stage: PutStage | undefined
  const worker = createMortalProcess(beginningOf(given, namespace), asked => answer(asked))
  const set = createDrillSet(drill, loaded, () => worker.crash())
  const answer = answersOf(set, worker, () => stage!)
  const theatre: Theatre = {
    client,
    beginAt,
    async put(options) {
      // It only delivers and keeps what is sent: what it would tell as news, the worker tells.
      const made = createStage(client, { ...options, tellsNews: false })
      stage = { made, options }
      await worker.start()
      return made
    },
    leave: async () => {},
  }
  try {
    return await runDrill(theatre, set, database, 0)
  } finally {
    await worker.end()
    await connection.close()
  }
}

function beginningOf(
  { temporalAddress, drill, loaded, database }: Given,
  namespace: string,
): WorkerBeginning {
  const { runbook, hash, file, source } = loaded
  // A runbook as it was parsed has functions beside it, which cannot be sent.
  const sent = { runbook, hash, file, source }
  return { temporalAddress, namespace, databaseUrl: database.url, drill, loaded: sent }
}

interface PutStage {
  made: Stage
  options: StageOptions
}

interface MortalProcess {
  start(): Promise<void>
  /** Kills it and starts another one; resolves when that works. */
  crash(): Promise<void>
  end(): Promise<void>
}

/** Killed before its answer comes, a process asks in vain: nobody hears what it was told. */
function createMortalProcess(
  beginning: WorkerBeginning,
  answer: (asked: Asked) => Promise<unknown>,
): MortalProcess {
  let child: ChildProcess | undefined

  async function start(): Promise<void> {
    const mine = fork(workerProcess, [], { serialization: 'advanced', execArgv: quiet })
    child = mine
    mine.on('message', (question: Question) => {
      void answer(question.asked)
        .then(
          (value): Answer => ({ id: question.id, value }),
          (error: unknown): Answer => ({ id: question.id, failure: failureOf(error) }),
        )
        .then(told => mine.connected && mine.send(told, () => undefined))
    })
    mine.send(beginning)
    await new Promise<void>((resolve, reject) => {
      mine.once('exit', () => reject(new Error('the worker of the drill ended as it began')))
      mine.on('message', (message: Question | 'ready') => message === 'ready' && resolve())
    })
    mine.removeAllListeners('exit')
  }
  async function end(): Promise<void> {
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    const gone = once(child, 'exit')
    child.kill('SIGKILL')
    await gone
  }
  return {
    start,
    end,
    async crash() {
      await end()
      await start()
    },
  }
}

const quiet = ['--disable-warning=ExperimentalWarning']

function failureOf(error: unknown): NonNullable<Answer['failure']> {
  if (isCodedError(error)) return { code: error.code, message: error.message, fields: error.fields }
  return { message: error instanceof Error ? error.message : String(error) }
}

/** What the drill says to each question of its worker, which is killed instead where the drill says so. */
function answersOf(
  set: DrillSet,
  worker: MortalProcess,
  stage: () => PutStage,
): (asked: Asked) => Promise<unknown> {
  const { target } = set.world
  const armed = [...set.drill.crashes]
  const performed = new Map<number, Promise<void>>()

  /** Never comes back when it is here that the worker dies. */
  async function mayDie(step: string, at: CrashPoint): Promise<void> {
    const index = armed.findIndex(crash => crash.step === step && crash.at === at)
    if (index === -1) return
    armed.splice(index, 1)
    await worker.crash()
    await new Promise<never>(() => undefined)
  }

  return async asked => {
    switch (asked.what) {
      case 'measure':
        return target.measure(asked.moment)
      case 'wouldTouch':
        return target.wouldTouch?.(asked.moment)
      case 'identity': {
        if (asked.isBeforeEffect) await mayDie(asked.moment.step, 'after-claim')
        return target.identity?.(asked.moment)
      }
      case 'apply': {
        const effect = await target.apply!(asked.moment, undefined as never)
        await mayDie(asked.moment.step, 'after-effect')
        return effect
      }
      case 'probe':
        return target.probe?.(asked.moment)
      case 'before-action':
        return mayDie(asked.step, 'before-claim')
      case 'after-activity':
        return stage().options.afterActivity?.()
      case 'read-script':
        return stage().made.script!.readScript(asked.input)
      case 'perform-act': {
        // Whoever performs it may be killed by it, and it is asked for again.
        const known = performed.get(asked.input.index)
        if (known !== undefined) return known
        const doing = stage().made.script!.performAct(asked.input)
        performed.set(asked.input.index, doing)
        return doing
      }
      case 'paged':
        return void stage().made.pages.push(asked.sent)
      case 'told':
        return void stage().made.told.push(asked.one)
      default:
        return asked satisfies never
    }
  }
}
