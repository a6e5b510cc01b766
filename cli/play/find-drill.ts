/** The one drill that is meant by a name. */
import { nearestName } from '../../language/nearest-name.ts'
import { sourceOf } from '../drill/place.ts'
import type { Planned } from '../drill/run-all.ts'
import { exitCodes } from '../exit-codes.ts'
import { Failure } from '../failure.ts'
import { asTyped } from '../terminal/shell-word.ts'

/** Names shown of many at most. */
const shownNames = 12

/** Throws `no_drills` with the names there are, the nearest first; `ambiguous` with how each of several is meant. */
export function findDrill(planned: readonly Planned[], name: string): Planned {
  const found = planned.filter(({ drill }) => drill.name === name)
  const [only, ...others] = found
  if (only === undefined) throw unknown(planned, name)
  if (others.length > 0) throw ambiguous(found, name)
  return only
}

function unknown(planned: readonly Planned[], name: string): Failure {
  const names = [...new Set(planned.map(({ drill }) => drill.name))]
  const nearest = nearestName(name, names)
  const shown = names.toSorted().slice(0, shownNames)
  const left = names.length - shown.length
  const all = `there are ${shown.join(', ')}${left > 0 ? ` and ${left} more` : ''}`
  const hint =
    names.length === 0
      ? 'write them beside the runbook, as NAME.drill.yaml; docs/drills.md shows how'
      : nearest === undefined
        ? all
        : `did you mean ${nearest}? npx paramedic drill play ${asTyped(nearest)}\n${all}`
  return new Failure('no_drills', `There is no drill ${JSON.stringify(name)}.`, {
    hint,
    exitCode: exitCodes.usage,
    fields: { name, drills: names },
  })
}

function ambiguous(found: readonly Planned[], name: string): Failure {
  const message = `${found.length} runbooks have a drill ${JSON.stringify(name)}: ${found.map(sourceOfPlanned).join(', ')}.`
  const commands = found.map(
    ({ file, loaded }) => `npx paramedic drill play ${asTyped(name)} ${asTyped(file ?? loaded.file)}`,
  )
  return new Failure('ambiguous', message, { hint: commands.join('\n'), exitCode: exitCodes.usage })
}

function sourceOfPlanned({ file, loaded }: Planned): string {
  return sourceOf({ file, runbook: loaded.runbook })
}
