/** Every check and action there is, by name: the list the compiler holds equal to the implementations. */
import type { ActionDefinition, CheckDefinition } from './definition.ts'
import { postgresActions, postgresChecks } from './postgres.ts'
import { prometheusChecks } from './prometheus.ts'
import { redisActions, redisChecks } from './redis.ts'
import { serviceActions, serviceChecks } from './service.ts'

export type { ParameterValue, TargetKind } from './definition.ts'

export const checkDefinitions = {
  ...postgresChecks,
  ...prometheusChecks,
  ...redisChecks,
  ...serviceChecks,
} as const satisfies Record<string, CheckDefinition>

export const actionDefinitions = {
  ...postgresActions,
  ...redisActions,
  ...serviceActions,
} as const satisfies Record<string, ActionDefinition>

export type CheckName = keyof typeof checkDefinitions
export type ActionName = keyof typeof actionDefinitions

export function isCheckName(name: string): name is CheckName {
  return Object.hasOwn(checkDefinitions, name)
}

export function isActionName(name: string): name is ActionName {
  return Object.hasOwn(actionDefinitions, name)
}
