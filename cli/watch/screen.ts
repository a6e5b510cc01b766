import type { IncidentDetail } from '../../contracts/views.ts'

/** What a watcher sees. */
export interface Screen {
  /** No incident is open yet. */
  wait(): void
  /** The service cannot be asked just now; undefined when it can again. */
  setProblem(problem: string | undefined): void
  show(incident: IncidentDetail): void
  /** The last picture; undefined when the person stopped before the incident closed. */
  close(end: IncidentDetail | undefined): void
}
