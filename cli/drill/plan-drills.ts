/** Which drills are run: those that are written, and those that every runbook has. */
import { commonDrills } from '../../drills/common-drills.ts'
import type { CommonDrill } from '../../drills/making.ts'
import type { Path } from '../../drills/held.ts'
import type { DrilledRunbook } from './drill-files.ts'
import type { Planned } from './run-all.ts'

export interface DrillPlan {
  planned: Planned[]
  /** Drills that cannot be made of a runbook, a line each. */
  left: string[]
}

export function planDrills(
  drilled: readonly DrilledRunbook[],
  { filter, common }: { filter?: string; common: boolean },
): DrillPlan {
  const plans = drilled.map(one => {
    const made = common ? commonDrills(one.loaded.runbook, sceneOf(one)) : { drills: [], left: [] }
    return {
      planned: [...written(one), ...made.drills.map(drill => commonOf(one, drill))],
      left: made.left.map(
        ({ name, because }) => `${one.loaded.runbook.name}: no ${name}, because ${because}`,
      ),
    }
  })
  const planned = plans.flatMap(plan => plan.planned)
  const isWanted = ({ drill, loaded }: Planned): boolean =>
    filter === undefined || `${loaded.runbook.name} ${drill.name}`.includes(filter)
  return { planned: planned.filter(isWanted), left: plans.flatMap(plan => plan.left) }
}

function written({ loaded, file, drills, lineOf }: DrilledRunbook): Planned[] {
  return drills.map(drill => ({ file, loaded, drill, lineOf: path => lineOf(drill.name, path) }))
}

function commonOf({ loaded, lineOfRunbook }: DrilledRunbook, drill: CommonDrill): Planned {
  return {
    file: undefined,
    loaded,
    drill,
    lineOf: path => {
      const from = drill.places.find(place => isWithin(path, place.path))?.from
      return from === undefined ? undefined : lineOfRunbook(from)
    },
  }
}

function isWithin(path: Path, place: Path): boolean {
  return place.length <= path.length && place.every((part, index) => part === path[index])
}

/** An alert that somebody wrote for this runbook is a better one than any that can be made up. */
function sceneOf({ drills: [first] }: DrilledRunbook): Parameters<typeof commonDrills>[1] {
  return first === undefined ? {} : { alert: first.given.alert }
}
