import { writeFileSync } from 'node:fs'
import { type Command, Option } from 'commander'
import type { DrillResult } from '../../drills/result.ts'
import { isAsExpected } from '../../drills/result.ts'
import { defaultJobs } from '../../rehearsal/at-once.ts'
import type { DrillRunner } from '../../rehearsal/drill-runner.ts'
import { percent, wholeNumber, withExamples } from '../command-help.ts'
import { drillAnnotations } from '../drill/annotations.ts'
import { readDrilled } from '../drill/drill-files.ts'
import { coverageOfAll } from '../drill/coverage-of-all.ts'
import { junitXml } from '../drill/junit.ts'
import { eachChange } from '../drill/each-change.ts'
import { sourceOf } from '../drill/place.ts'
import { openRunner } from '../drill/open-runner.ts'
import { recordAll, toRecord } from '../drill/record-all.ts'
import { planDrills } from '../drill/plan-drills.ts'
import { type Planned, runAll } from '../drill/run-all.ts'
import { runAsJson } from '../drill/run-json.ts'
import { drillLine, endLines } from '../drill/run-lines.ts'
import { tellFaulty } from '../drill/tell-faulty.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import { Failure } from '../failure.ts'
import { addFormat, type Format, formatOf } from '../lint/formats.ts'
import { runLive } from '../live/run-live.ts'
import { type Progress, startProgress } from '../progress.ts'
import { runbookFolder, usualFolder } from '../runbook/files.ts'
import { inSession, type Session } from '../session.ts'
import { oneLine } from '../terminal/plain-text.ts'

interface RunOptions {
  filter?: string
  jobs?: number
  junit?: string
  format?: Format
  common: boolean
  record?: true
  watch?: true
  coverage?: true | number
  live?: true
  config?: string
}

export function define(noun: Command): void {
  const run = noun
    .command('run')
    .description(
      'rehearse whole incidents on the real engine, hours in moments, and hold them against what is expected',
    )
    .argument('[path...]', `drills, runbooks or folders; default PARAMEDIC_RUNBOOKS, else ${usualFolder}/`)
    .option('--filter <text>', "only drills whose name, or whose runbook's, has this in it")
    .option('--no-common', 'only the drills that are written, not those that every runbook has')
    .option('--jobs <count>', `drills at once; default ${defaultJobs} on this machine`, wholeNumber(1, 200))
    .option(
      '--record',
      'write what happened as a first expectation into drills that have none, to be read and corrected',
    )
    .option('--watch', 'run again what a changed file is about, until Ctrl-C')
    .option(
      '--coverage [percent]',
      'tell what of the runbooks no drill reaches; less than so many percent fails',
      percent,
    )
    .addOption(
      new Option(
        '--live',
        'ask the targets of your configuration what the alerts would lead to now; nothing is changed',
      ).conflicts(['junit', 'record', 'watch', 'coverage', 'jobs', 'format']),
    )
    .option('--config <file>', 'with --live: the configuration with the targets; default PARAMEDIC_CONFIG')
    .option('--junit <file>', 'write the results as JUnit XML too')
  addFormat(run).action((paths: string[], options: RunOptions, command: Command) =>
    inSession(command, session => runDrills(session, paths, options)),
  )
  withExamples(
    run,
    [
      'drill run',
      'drill run runbooks/shop/pool-exhausted.drill.yaml --filter nobody',
      'drill run runbooks/shop --watch',
      'drill run --coverage 90',
      'drill run runbooks/shop --live --config paramedic.yaml',
      'drill run --junit drills.xml --format github',
    ],
    [
      'It brings up a Temporal and a PostgreSQL of its own and ends them; nothing that you run is touched.',
      '0 when all is as expected, 1 when anything is not, 2 when a file cannot be read.',
    ],
  )
}

async function runDrills(session: Session, given: readonly string[], options: RunOptions): Promise<ExitCode> {
  const paths = given.length > 0 ? given : [runbookFolder()]
  const recording = { isRecording: options.record === true }
  const first = await readDrilled(paths, recording)
  if (options.watch !== true && first.faulty.length > 0)
    return tellFaulty(session, first.faulty, options.format)
  const { planned, left } = planDrills(first.drilled, options)
  if (options.watch !== true && planned.length === 0) throw nothingToRun(options)
  if (options.live === true) return runLive(session, planned, options.config)
  if (isForPeople(session, options) && options.filter === undefined)
    session.terminal.print(left.map(line => session.terminal.paint.quiet(oneLine(line))))
  const progress = startProgress()
  progress.say('starting')
  const runner = await openRunner(progress)
  const run = (some: readonly Planned[]): Promise<ExitCode> =>
    runSome({ session, runner, progress, options }, some)
  try {
    if (options.watch !== true) return await run(planned)
    for await (const { drilled, faulty } of eachChange(paths, first, recording)) {
      if (faulty.length > 0) tellFaulty(session, faulty, options.format)
      const changed = planDrills(drilled, options).planned
      if (changed.length > 0) await run(changed)
      progress.say('')
      session.terminal.print(['', session.terminal.paint.quiet('Waiting for a change; Ctrl-C ends it.')])
    }
    return exitCodes.ok
  } finally {
    progress.say('stopping')
    await runner.stop()
    progress.stop()
  }
}

interface Running {
  session: Session
  runner: DrillRunner
  progress: Progress
  options: RunOptions
}

async function runSome(running: Running, some: readonly Planned[]): Promise<ExitCode> {
  const { session, runner, progress, options } = running
  const planned = options.record === true ? toRecord(some) : some
  const begun = performance.now()
  const tell = createTeller(session, planned, options)
  let done = 0
  const say = (): void => progress.say(`${done} of ${planned.length} drills`)
  say()
  const results = await runAll(runner, planned, options.jobs ?? defaultJobs, (result, one) => {
    done += 1
    say()
    tell(result, one)
  })
  progress.say('')
  const tookMs = performance.now() - begun
  if (options.record !== true) return report(session, results, tookMs, options)
  const { lines, isAllWritten } = recordAll(results)
  if (isForPeople(session, options)) session.terminal.print(lines)
  const reported = report(session, results, tookMs, options)
  return isAllWritten ? reported : exitCodes.refused
}

/** A line a drill as soon as all of its file are done, so that they stand together. */
function createTeller(session: Session, planned: readonly Planned[], options: RunOptions) {
  const { terminal } = session
  const waiting = Map.groupBy(planned, listedUnder)
  const results = new Map<Planned, DrillResult>()
  return (result: DrillResult, one: Planned): void => {
    results.set(one, result)
    if (!isForPeople(session, options)) return
    const source = listedUnder(one)
    const group = waiting.get(source) ?? []
    if (group.some(other => !results.has(other))) return
    const width = Math.max(...group.map(({ drill }) => drill.name.length))
    const page = { paint: terminal.paint, width: terminal.width() }
    terminal.print([
      terminal.paint.strong(source),
      ...group.map(other => drillLine(results.get(other)!, page, width)),
    ])
  }
}

function listedUnder({ file, loaded }: Planned): string {
  return sourceOf({ file, runbook: loaded.runbook })
}

function isForPeople(session: Session, { format }: RunOptions): boolean {
  return formatOf(session, format) === 'text'
}

function report(
  session: Session,
  results: readonly DrillResult[],
  tookMs: number,
  { format: asked, junit, coverage }: RunOptions,
): ExitCode {
  const { terminal } = session
  const run = { results, tookMs }
  const page = { paint: terminal.paint, width: terminal.width() }
  const format = formatOf(session, asked)
  const covered =
    coverage === undefined ? undefined : coverageOfAll(results, coverage === true ? undefined : coverage)
  if (junit !== undefined) writeFileSync(junit, junitXml(run))
  if (format === 'json') session.printJson({ ...runAsJson(run), ...covered?.asJson })
  else if (format === 'github')
    terminal.print([...drillAnnotations(results), ...(covered?.lines(page) ?? [])])
  else terminal.print([...(covered?.lines(page) ?? []), ...endLines(run, page)])
  return results.every(isAsExpected) && covered?.isEnough !== false ? exitCodes.ok : exitCodes.refused
}

function nothingToRun({ filter }: RunOptions): Failure {
  const message =
    filter === undefined ? 'There are no drills.' : `No drill has ${JSON.stringify(filter)} in its name.`
  return new Failure('no_drills', message, {
    hint: 'write them beside the runbook, as NAME.drill.yaml; docs/drills.md shows how',
    exitCode: exitCodes.usage,
  })
}
