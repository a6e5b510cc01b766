import type { Figure } from '../figure.ts'
import type { Patient } from '../world/patient.ts'
import type { Servers } from '../world/servers.ts'

export interface Bench {
  servers: Servers
  patient: Patient
  isQuick: boolean
  profile: string | undefined
}

/** Starts what it needs, measures, and stops what it has started. */
export type Part = (bench: Bench) => Promise<Figure[]>
