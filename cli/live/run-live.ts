/** `drill run --live`: the alerts of drills, held against the targets that are configured here, which are only read. */
import { loadConfiguration, readSite } from '../../configuration.ts'
import { isCodedError } from '../../contracts/coded-error.ts'
import type { TargetConfiguration } from '../../contracts/configuration/targets.ts'
import type { DrillRunner } from '../../rehearsal/drill-runner.ts'
import { killsAProcess } from '../drill/kills-a-process.ts'
import { openRunner } from '../drill/open-runner.ts'
import type { Planned } from '../drill/run-all.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import { Failure } from '../failure.ts'
import { startProgress } from '../progress.ts'
import type { Session } from '../session.ts'
import { hanging } from '../story/view.ts'
import { asTyped } from '../terminal/shell-word.ts'
import { liveLines } from './live-lines.ts'
import { liveLook, type LiveResult } from './live-look.ts'
import { livePlace } from './live-place.ts'

export async function runLive(
  session: Session,
  planned: readonly Planned[],
  config: string | undefined,
): Promise<ExitCode> {
  const targets = configuredTargets(config ?? process.env['PARAMEDIC_CONFIG'])
  const { terminal } = session
  const groups = byAlert(planned.filter(({ drill }) => !killsAProcess(drill)))
  const progress = startProgress()
  progress.say('starting')
  const runner = await openRunner(progress)
  const results: LiveResult[] = []
  try {
    // One after the other: they are somebody's systems.
    for (const drills of groups) {
      progress.say(`${results.length} of ${groups.length} alerts`)
      const result = await lookAt(runner, drills, targets)
      results.push(result)
      if (!session.isJson)
        terminal.print(liveLines(result, { paint: terminal.paint, width: terminal.width() }))
    }
  } finally {
    progress.say('stopping')
    await runner.stop()
    progress.stop()
  }
  if (session.isJson) session.printJson({ looks: results.map(asJson) })
  else
    terminal.print(hanging('', 0, whatThisWas, 'plain', { paint: terminal.paint, width: terminal.width() }))
  return results.every(({ look }) => look !== undefined) ? exitCodes.ok : exitCodes.refused
}

const whatThisWas =
  'Nothing was changed, and nobody was called. What the drills expect was not judged: the values are those of the targets.'

async function lookAt(
  runner: DrillRunner,
  drills: Planned[],
  targets: readonly TargetConfiguration[],
): Promise<LiveResult> {
  const { drill, loaded } = drills[0]!
  const place = livePlace(drill, loaded.runbook, targets)
  if ('problem' in place) return { drills, problem: place.problem }
  const { system, environment } = place
  const labels = { system, environment, ...drill.given.alert.labels }
  const placed = { ...drill, given: { ...drill.given, alert: { ...drill.given.alert, labels } } }
  try {
    return { drills, look: liveLook(await runner.look(placed, loaded, targets), loaded.runbook) }
  } catch (error) {
    return { drills, problem: error instanceof Error ? error.message : String(error) }
  }
}

function byAlert(planned: readonly Planned[]): Planned[][] {
  const groups = Map.groupBy(planned, ({ loaded, drill }) => JSON.stringify([loaded.file, drill.given.alert]))
  return [...groups.values()]
}

function asJson({ drills, look, problem }: LiveResult): object {
  const { runbook, hash, file } = drills[0]!.loaded
  return {
    runbook: runbook.name,
    hash,
    file,
    drills: drills.map(({ drill }) => drill.name),
    alert: drills[0]!.drill.given.alert,
    ...(problem === undefined ? { ...look } : { problem }),
  }
}

/** Throws `no_targets`, or `invalid_configuration` with every fault. */
function configuredTargets(file: string | undefined): TargetConfiguration[] {
  if (file === undefined)
    throw new Failure('no_targets', 'No targets are configured here that could be asked.', {
      hint: 'name their configuration with --config, or with PARAMEDIC_CONFIG as the worker has it',
      exitCode: exitCodes.usage,
    })
  const { targets } = load(file)
  if (targets.length > 0) return targets
  throw new Failure('no_targets', `${file} has no target that is reached from here.`, {
    hint: 'targets of a site are reached with PARAMEDIC_SITE, where they are',
    exitCode: exitCodes.usage,
  })
}

function load(file: string): { targets: TargetConfiguration[] } {
  try {
    return loadConfiguration(file, { site: readSite() })
  } catch (error) {
    if (!isCodedError(error)) throw error
    // The first fault of several, without the lines that point at it.
    const [what = '', fault = ''] = error.message.split('\n')
    throw new Failure(error.code, `${what} ${fault}`.trim(), {
      hint: `see everything that is wrong with it: npx paramedic config check ${asTyped(file)}`,
      cause: error,
    })
  }
}
