/** A drill whose people are whoever plays it: the incident goes on in real time, and its alerts and targets do what the drill says. */
import { isCodedError } from '../contracts/coded-error.ts'
import type { Drill, PersonsAct } from '../contracts/drill.ts'
import type { TimelineEntry } from '../contracts/timeline.ts'
import type { IncidentDetail } from '../contracts/views.ts'
import { showIncident } from '../api/show-incident.ts'
import type { Pool } from '../store/database.ts'
import { actAs } from './drill-acts.ts'
import type { DrillDatabase } from './drill-databases.ts'
import { createDrillSet, type RehearsedRunbook } from './drill-set.ts'
import { createPlayedTime, type LastEntries, type PlayedTime } from './played-time.ts'
import { byTheWallClock } from './read-happened.ts'
import {
  deliveredWithinMs,
  endWorkflows,
  numberFrom,
  open,
  result,
  scripted,
  type Theatre,
} from './run-drill.ts'

export interface Play {
  /** Of the incident. */
  number: string
  /** By the incident's clock. */
  nowMs(): number
  /** What is on record by now. */
  look(): Promise<IncidentDetail>
  /** While time jumps it waits. */
  act(who: string, does: PersonsAct): Promise<Done>
  /** To the next thing that is recorded; to an hour later where nothing is. Resolves when time runs again. */
  jump(): Promise<void>
  /** Resolves when the incident has ended. */
  ended: Promise<void>
}

export interface Done {
  /** By the incident's clock. */
  atMs: number
  /** Why it was not possible. */
  refused?: string
}

/** What a drill asks of a player: its people are left out, and so is what is killed in it. */
export function playedPart(drill: Drill): Drill {
  return { ...drill, events: drill.events.filter(({ kind }) => kind === 'alert'), crashes: [] }
}

/**
 * Opens the incident, lets `attend` play it, and ends it when that resolves. Returns what is on record then.
 * @param theatre one whose time passes.
 * @param given.index of all drills in the theatre: its incidents have numbers of their own.
 */
export async function playDrill(
  theatre: Theatre,
  given: { drill: Drill; loaded: RehearsedRunbook; database: DrillDatabase; index: number },
  attend: (play: Play) => Promise<void>,
): Promise<IncidentDetail> {
  const { client } = theatre
  const { pool } = given.database
  const { drill, loaded, index } = given
  const set = createDrillSet(playedPart(drill), loaded, () => Promise.resolve())
  let number = ''
  const time = createPlayedTime(() => lastEntries(pool, number))
  const stage = await theatre.put({
    ...scripted(theatre, set, pool, index),
    moreActivities: { letTimePass: time.letTimePass },
  })
  const look = async (): Promise<IncidentDetail> =>
    inItsTime(await showIncident(pool, number, time.nowMs()), time)
  try {
    await numberFrom(pool, set.clock.openedAtMs, index)
    number = await open(theatre, stage, set, pool)
    const end = ended()
    // Who attends may have left before it is looked at.
    end.catch(() => undefined)
    await attend({
      number,
      nowMs: time.nowMs,
      look,
      jump: time.jump,
      ended: end,
      async act(who, does) {
        await time.running()
        const atMs = time.nowMs()
        try {
          await actAs(pool, drill, who, does, { number, atMs })
        } catch (error) {
          if (isCodedError(error)) return { atMs, refused: error.message }
          throw error
        }
        await stage.relayAll(deliveredWithinMs, atMs)
        return { atMs }
      },
    })
    return await look()
  } finally {
    if (number !== '') await endWorkflows(client, number)
    time.end()
    await theatre.leave(stage)
  }

  async function ended(): Promise<void> {
    try {
      await result(client, number)
    } finally {
      // Who waits for a jump to end would wait for ever.
      time.end()
    }
  }
}

/** What goes by the wall's clock is told by the incident's, and what came after it waits until that is known. */
function inItsTime(incident: IncidentDetail, time: PlayedTime): IncidentDetail {
  const timeline = incident.timeline.map(entry =>
    byTheWallClock.has(entry.kind) ? { ...entry, atMs: time.atWallMs(Date.parse(entry.recordedAt)) } : entry,
  )
  const isKnown = (entry: (typeof timeline)[number]): entry is TimelineEntry => entry.atMs !== undefined
  const unknown = timeline.findIndex(entry => !isKnown(entry))
  return { ...incident, timeline: timeline.slice(0, unknown < 0 ? undefined : unknown).filter(isKnown) }
}

/** When its history is archived is nothing that a person waits for. */
async function lastEntries(pool: Pool, number: string): Promise<LastEntries> {
  const { rows } = await pool.query<{ any: string; happened: string }>(
    `select coalesce(max(seq), 0) as any, coalesce(max(seq) filter (where kind <> all ($2)), 0) as happened
     from (select seq, content::jsonb ->> 'kind' as kind from audit_entry where incident = $1) as entry
     where kind <> 'history.archived'`,
    [number, [...byTheWallClock]],
  )
  const { any, happened } = rows[0]!
  return { any: Number(any), happened: Number(happened) }
}
