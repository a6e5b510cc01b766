import type { Command } from 'commander'
import { isEnough, mutationScore, type TriedMutant } from '../../drills/mutation-score.ts'
import { type DrillResult, isAsExpected } from '../../drills/result.ts'
import { defaultJobs } from '../../rehearsal/at-once.ts'
import type { DrillRunner } from '../../rehearsal/drill-runner.ts'
import { percent, wholeNumber, withExamples } from '../command-help.ts'
import { type DrilledRunbook, readDrilled } from '../drill/drill-files.ts'
import { killsAProcess } from '../drill/kills-a-process.ts'
import { mutated, tryAll } from '../drill/mutate.ts'
import { type Mutation, mutationLines, staleExplanations } from '../drill/mutation-lines.ts'
import { openRunner } from '../drill/open-runner.ts'
import { planDrills } from '../drill/plan-drills.ts'
import { tellFaulty } from '../drill/tell-faulty.ts'
import { runAll } from '../drill/run-all.ts'
import { endLines, type Run } from '../drill/run-lines.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import { Failure } from '../failure.ts'
import { type Progress, startProgress } from '../progress.ts'
import { runbookFolder, usualFolder } from '../runbook/files.ts'
import { inSession, type Session } from '../session.ts'

interface MutateOptions {
  filter?: string
  jobs?: number
  threshold?: number
}

export function define(noun: Command): void {
  const mutate = noun
    .command('mutate')
    .description(
      'change each threshold, time, gate, order and condition of a runbook, and list what no drill notices',
    )
    .argument('[path...]', `drills, runbooks or folders; default PARAMEDIC_RUNBOOKS, else ${usualFolder}/`)
    .option('--filter <text>', 'only changes with this in their name, such as escalate[1] or on_expiry')
    .option('--threshold <percent>', 'fail when fewer of the changes of a runbook are noticed', percent)
    .option('--jobs <count>', `drills at once; default ${defaultJobs} on this machine`, wholeNumber(1, 200))
    .action((paths: string[], options: MutateOptions, command: Command) =>
      inSession(command, session => mutateAll(session, paths, options)),
    )
  withExamples(
    mutate,
    [
      'drill mutate runbooks/shop/pool-exhausted.yaml',
      'drill mutate --filter on_expiry',
      'drill mutate --threshold 95',
    ],
    [
      'Drills that are written are asked, those that kill a process left out; each change until one of them goes otherwise.',
      'Under `survivors` of the file of drills it may be said why a change need not be noticed.',
    ],
  )
}

async function mutateAll(
  session: Session,
  given: readonly string[],
  options: MutateOptions,
): Promise<ExitCode> {
  const { drilled, faulty } = await readDrilled(given.length > 0 ? given : [runbookFolder()])
  if (faulty.length > 0) return tellFaulty(session, faulty)
  const written = drilled.filter(({ drills }) => drills.length > 0)
  const all = mutated(written, options.filter).filter(({ mutants }) => mutants.length > 0)
  if (all.length === 0) throw nothingToMutate(options)
  const progress = startProgress()
  progress.say('starting')
  const runner = await openRunner(progress)
  try {
    const { jobs = defaultJobs } = options
    const begun = performance.now()
    const unchanged = await runUnchanged(runner, progress, written, jobs)
    const tookMs = performance.now() - begun
    if (!unchanged.every(isAsExpected)) return tellUnsound(session, { results: unchanged, tookMs })
    const count = all.reduce((sum, { mutants }) => sum + mutants.length, 0)
    const say = (tried: number): void => progress.say(`${tried} of ${count} changes`)
    say(0)
    return report(session, await tryAll(runner, all, { jobs, unchanged, onTried: say }), options)
  } finally {
    progress.say('stopping')
    await runner.stop()
    progress.stop()
  }
}

async function runUnchanged(
  runner: DrillRunner,
  progress: Progress,
  written: readonly DrilledRunbook[],
  jobs: number,
): Promise<DrillResult[]> {
  const { planned } = planDrills(written, { common: false })
  const quick = planned.filter(({ drill }) => !killsAProcess(drill))
  let count = 0
  return runAll(runner, quick, jobs, () => {
    count += 1
    progress.say(`${count} of ${quick.length} drills on what is not changed`)
  })
}

/** What goes otherwise on the runbook itself says nothing about a change. */
function tellUnsound({ terminal, isJson, printJson }: Session, run: Run): ExitCode {
  const page = { paint: terminal.paint, width: terminal.width() }
  if (isJson)
    printJson({ failed: run.results.filter(one => !isAsExpected(one)).map(({ drill }) => drill.name) })
  else
    terminal.print([
      'The runbook itself is not as its drills expect; nothing was changed.',
      ...endLines(run, page),
    ])
  return exitCodes.refused
}

function report(
  session: Session,
  all: readonly { drilled: DrilledRunbook; tried: TriedMutant[] }[],
  { threshold, filter }: MutateOptions,
): ExitCode {
  const { terminal, isJson } = session
  const page = { paint: terminal.paint, width: terminal.width() }
  const mutations = all.map(({ drilled: { loaded, survivors, lineOfRunbook }, tried }): Mutation => ({
    runbook: loaded.runbook.name,
    file: loaded.file,
    score: mutationScore(tried),
    explained: survivors,
    lineOf: lineOfRunbook,
  }))
  const stale = filter === undefined ? mutations.flatMap(staleExplanations) : []
  if (isJson) session.printJson({ runbooks: mutations.map(asJson), stale })
  else
    terminal.print([
      ...mutations.flatMap(one => ['', ...mutationLines(one, page, threshold)]),
      ...stale.map(id => `Under survivors stands ${id}, which is noticed or is no change any more.`),
    ])
  const isGood = mutations.every(({ score }) => threshold === undefined || isEnough(score, threshold))
  return isGood ? exitCodes.ok : exitCodes.refused
}

function asJson({ runbook, file, score, explained }: Mutation): object {
  const { noticed, of, percent: noticedPercent, survivors, equivalent } = score
  return {
    runbook,
    file,
    noticed,
    of,
    percent: noticedPercent,
    survivors: survivors.map(({ id, what, kind }) => ({ id, what, kind, because: explained[id] })),
    equivalent: equivalent.map(({ id, equivalent: because }) => ({ id, because })),
  }
}

function nothingToMutate({ filter }: MutateOptions): Failure {
  const message =
    filter === undefined
      ? 'There are no written drills here that could notice anything.'
      : `No change of these runbooks has ${JSON.stringify(filter)} in its name.`
  return new Failure('no_drills', message, {
    hint: 'write drills beside the runbook, as NAME.drill.yaml; docs/drills.md shows how',
    exitCode: exitCodes.usage,
  })
}
