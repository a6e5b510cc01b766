/** Targets that are only named: what a rehearsal asks of them is answered by a script, and their addresses lead nowhere. */
import { httpUrl } from '../contracts/configuration/names.ts'
import type { TargetConfiguration, TargetConfigurationOf } from '../contracts/configuration/targets.ts'
import type { Autonomy } from '../contracts/incident.ts'
import { Secret } from '../contracts/secret.ts'
import type { TargetKind } from '../contracts/targets/definition.ts'

export interface NamedTarget {
  name: string
  role: string
  kind: TargetKind
  group?: string
  system: string
  environment: string
  autonomy: Autonomy
}

export function unreachableTarget({ kind, ...place }: NamedTarget): TargetConfiguration {
  return { ...place, ...unreachable[kind] }
}

const nowhere = httpUrl.parse('http://127.0.0.1:1')
const unreachable: {
  [K in TargetKind]: Omit<TargetConfigurationOf<K>, 'name' | 'role' | 'system' | 'environment' | 'autonomy'>
} = {
  postgres: { kind: 'postgres', connection: { url: new Secret('postgres://nowhere/nothing') } },
  redis: {
    kind: 'redis',
    connection: { url: new Secret('redis://nowhere') },
    rebuildablePrefixes: [''],
    rebuildableDatabase: true,
  },
  service: { kind: 'service', health: { url: nowhere } },
  prometheus: { kind: 'prometheus', scrape: { url: nowhere } },
}
