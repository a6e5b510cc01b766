import type { NewEntry, TimelineEvents, TimelineKind } from '../contracts/timeline.ts'

/** What a person does to an incident. */
export interface PersonsAct {
  number: string
  /** Name of the principal. */
  by: string
  atMs: number
}

/** The entry of it. */
export function entryOfAct<K extends TimelineKind>(
  act: PersonsAct,
  kind: K,
  data: TimelineEvents[K],
): NewEntry {
  // kind and data are tied by K; the compiler cannot see that the object is the member of the union for K.
  return {
    kind,
    actor: `person:${act.by}`,
    atMs: act.atMs,
    incident: act.number,
    data,
  } as unknown as NewEntry
}
