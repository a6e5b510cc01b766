import { limits } from '../contracts/limits.ts'
import type { SupervisionMessage } from './fallback.ts'

/** Tells people when supervision cannot look, because then nothing that it keeps in PostgreSQL tells them anything. */
export interface Blindness {
  isBlind(atMs: number): Promise<void>
  sees(atMs: number): Promise<void>
}

/** Kept in memory: the record is what is away. `send` rejects when nobody was reached, and is asked again. */
export function createBlindness(send: (message: SupervisionMessage) => Promise<unknown>): Blindness {
  let sinceMs: number | undefined
  let isTold = false
  const id = (about: string): string => `supervision/${about}/database/${sinceMs}`

  return {
    async isBlind(atMs) {
      sinceMs ??= atMs
      if (isTold || atMs - sinceMs <= limits.supervisionPatienceMs) return
      await send({
        id: id('found'),
        isOver: false,
        title: 'Paramedic itself needs help: PostgreSQL of Paramedic does not answer',
        lines: [
          `PostgreSQL of Paramedic has not answered since ${new Date(sinceMs).toISOString()}: alerts are refused with 503, and nothing is recorded.`,
        ],
        todo: 'See that PostgreSQL runs and that PARAMEDIC_DATABASE_URL of the api reaches it.',
        atMs,
      })
      isTold = true
    },
    async sees(atMs) {
      if (isTold) {
        await send({
          id: id('over'),
          isOver: true,
          title: 'Over: PostgreSQL of Paramedic answers again',
          lines: [],
          todo: 'npx paramedic doctor',
          atMs,
        })
        isTold = false
      }
      sinceMs = undefined
    },
  }
}
