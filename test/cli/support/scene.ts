import { afterEach, beforeEach, expect } from 'vitest'
import type { GateView, IncidentDetail } from '../../../contracts/views.ts'
import { startApi, type ApiStandIn } from './api-stand-in.ts'
import { waitingIncident } from './full-story.ts'

export interface Scene {
  api: ApiStandIn
  /** The environment that leads the CLI to the stand-in. */
  env: Record<string, string>
  /** Announces everything that reads one incident. */
  withIncident(incident: IncidentDetail): void
  withGates(gates: readonly GateView[]): void
}

/** A stand-in for each test, which fails the test when the CLI asks for something nobody announced. */
export function setScene(): Scene {
  const scene = {} as Scene
  beforeEach(async () => {
    const api = await startApi()
    scene.api = api
    scene.env = { PARAMEDIC_API_URL: api.url, PARAMEDIC_TOKEN: 'token-of-ana' }
    scene.withIncident = incident => {
      api.on('GET /v1/incidents?limit=1', { incidents: [incident], nextCursor: null })
      api.on('GET /v1/incidents?open=true&limit=200', { incidents: [incident], nextCursor: null })
      api.on(`GET /v1/incidents/${incident.number}`, incident)
    }
    scene.withGates = gates => {
      api.on(`GET /v1/gates?state=open&incident=${waitingIncident.number}`, { gates })
      api.on(`GET /v1/gates?incident=${waitingIncident.number}`, { gates })
      api.on('GET /v1/gates?state=open', { gates })
    }
  })
  afterEach(async () => {
    await scene.api.close()
    expect(scene.api.unexpected).toEqual([])
  })
  return scene
}
