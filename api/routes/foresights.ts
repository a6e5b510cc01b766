import type { z } from 'zod'
import { CodedError } from '../../contracts/coded-error.ts'
import type { ForeseeInput } from '../../contracts/foresight.ts'
import { limits } from '../../contracts/limits.ts'
import type { LoadedRunbook, Runbook } from '../../contracts/runbook.ts'
import { type BindableTarget, bindTargets } from '../../language/bind.ts'
import { refuseInputs, resolveInputs } from '../../language/resolve-inputs.ts'
import { chooseRunbook } from '../../language/choose-runbook.ts'
import { type ConditionAlert, evaluateMatch } from '../../language/conditions.ts'
import { parseRunbook } from '../../language/parse-runbook.ts'
import type { Pool } from '../../store/database.ts'
import { noteForesight } from '../../store/foresights.ts'
import { readFreeze } from '../../store/freezes.ts'
import { readInForce } from '../../store/runbooks-in-force.ts'
import { principalOf } from '../access.ts'
import { createAskSeldom } from '../ask-seldom.ts'
import { withinDatabaseWait } from '../database-wait.ts'
import type { Foresights } from '../foresights.ts'
import type { Api } from '../validation.ts'
import { foreseeing } from './foresights-declared.ts'

type Given = z.output<typeof foreseeing.schema.body>['runbook']

interface Dependencies {
  pool: Pool
  places?: readonly BindableTarget[]
  foresights?: Foresights
  clock: () => number
}

/** What would be done about an alert, asked of the targets themselves. It changes nothing but the record of who asked. */
export function foresightRoutes(app: Api, { pool, places = [], foresights, clock }: Dependencies): void {
  const askSeldom = createAskSeldom(clock)

  app.post('/v1/runbooks/test', { ...foreseeing, bodyLimit: limits.foreseeBodyBytes }, async request => {
    const { alert, runbook: given, inputs = {} } = request.body
    const by = principalOf(request).name
    return askSeldom(by, async () => {
      const asked = await withinDatabaseWait(() => runbookFor(pool, given, alert))
      refuseInputs(asked.loaded.runbook, inputs)
      const question = questionAbout(asked.loaded, alert, inputs, places)
      const shown = {
        runbook: asked.loaded,
        others: asked.others,
        matches: isMeantFor(asked.loaded.runbook, alert),
        place: placeOf(alert),
        bindings: question.bindings,
        inputs: question.inputs ?? [],
        isFrozen: await withinDatabaseWait(async () => (await readFreeze(pool)).isOn),
      }
      if (!shown.matches) return { ...shown, foresight: null }
      const { hash: runbookHash, runbook } = asked.loaded
      await withinDatabaseWait(() =>
        noteForesight(pool, {
          runbook: runbook.name,
          runbookHash,
          alert: alert.name,
          targets: shown.bindings.flatMap(binding => {
            if ('problem' in binding) return []
            return 'members' in binding ? binding.members.map(({ target }) => target) : [binding.target]
          }),
          by,
          atMs: clock(),
        }),
      )
      if (foresights === undefined)
        throw new CodedError('temporal_unavailable', 'This process was not told where Temporal is.')
      return { ...shown, foresight: await foresights.foresee(question) }
    })
  })
}

/** The runbook somebody sent or named, else the one that this alert would be given. Throws `invalid_runbook`, `not_found`. */
async function runbookFor(
  pool: Pool,
  given: Given,
  alert: ConditionAlert,
): Promise<{ loaded: LoadedRunbook; others: string[] }> {
  if (given !== undefined && 'source' in given) return { loaded: parsed(given), others: [] }
  const inForce = await readInForce(pool, given?.name)
  const runbooks = inForce.map(({ runbook }) => runbook)
  const chosen = given === undefined ? chooseRunbook(runbooks, alert) : runbooks[0]
  const found = inForce.find(({ runbook }) => runbook === chosen)
  if (found === undefined) throw noneInForce(given?.name)
  const others = runbooks.filter(runbook => runbook !== chosen && evaluateMatch(runbook, alert))
  return { loaded: { runbook: found.runbook, hash: found.hash }, others: others.map(({ name }) => name) }
}

function noneInForce(name: string | undefined): CodedError {
  const message = name === undefined ? 'No runbook is in force.' : `No runbook ${name} is in force.`
  return new CodedError('not_found', message, {
    fields: name === undefined ? {} : { runbook: name },
    hint: 'Send its text instead: npx paramedic runbook test --alert alert.json draft.yaml --live',
  })
}

/** Throws `invalid_runbook` with every fault; what to do about each is in its fields. */
function parsed({ source, file = 'runbook.yaml' }: { source: string; file?: string }): LoadedRunbook {
  const read = parseRunbook(source, file)
  if ('runbook' in read) return { runbook: read.runbook, hash: read.hash }
  const told = read.faults
    .map(({ line, column, message }) => `${file}:${line}:${column} ${message}`)
    .join('; ')
  throw new CodedError('invalid_runbook', `The runbook has faults: ${told}.`, {
    fields: { faults: read.faults },
  })
}

function isMeantFor(runbook: Runbook, alert: ConditionAlert): boolean {
  // No alert begins a routine.
  if (runbook.schedule !== undefined) return false
  return runbook.match === undefined || evaluateMatch(runbook, alert)
}

function placeOf({ labels }: ConditionAlert): { system: string; environment: string } {
  return { system: labels['system'] ?? 'unknown', environment: labels['environment'] ?? 'unknown' }
}

function questionAbout(
  { runbook, hash: runbookHash }: LoadedRunbook,
  { labels, annotations }: ConditionAlert,
  given: Readonly<Record<string, string>>,
  places: readonly BindableTarget[],
): ForeseeInput {
  const alert = { labels, annotations }
  const bindings = bindTargets(runbook.targets, placeOf(alert), places)
  const inputs = resolveInputs(runbook.inputs ?? [], alert, given)
  return { alert, runbook, runbookHash, bindings, ...(inputs.length > 0 && { inputs }) }
}
