import type { TimelineEntry } from '../contracts/timeline.ts'
import type { ByPerson } from './known.ts'

/** Nobody when Paramedic itself, or a source, is the actor. */
export function personOf({ actor, atMs }: Pick<TimelineEntry, 'actor' | 'atMs'>): ByPerson | undefined {
  return actor.startsWith('person:') ? { by: nameOf(actor), atMs } : undefined
}

export function nameOf(actor: string): string {
  return actor.slice(actor.indexOf(':') + 1)
}
