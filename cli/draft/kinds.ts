/** What a draft measures, asks and proposes for each kind of target. */
import type { TargetKind } from '../../contracts/targets/definition.ts'
import type { Role } from './roles.ts'
import { yamlName, yamlText } from './quoting.ts'

export interface Part {
  /** A line below `checks`; one that needs what only people know is a comment. */
  check: string
  /** Holds when this target is well. */
  isWell?: string
  /** Holds when customers notice. */
  isUnwell?: string
  /** Holds when it is as bad as can be. */
  isDown?: string
  /** A step to think about, as lines below `mitigate`. */
  step?: string[]
}

/** Names of checks by kind; with several targets of a kind the role is part of it. */
const checkNames: Record<TargetKind, string> = {
  service: 'health',
  postgres: 'sessions',
  redis: 'entries',
  prometheus: 'metric',
}

export function partsOf(roles: readonly Role[]): Part[] {
  return roles.map(role => {
    const isOnly = roles.filter(({ kind }) => kind === role.kind).length === 1
    const suffix = isOnly ? '' : `_${role.name.replaceAll('-', '_')}`
    return parts[role.kind](role, `${checkNames[role.kind]}${suffix}`.slice(0, longestName))
  })
}

const longestName = 63

const parts: Record<TargetKind, (role: Role, check: string) => Part> = {
  service: ({ name }, check) => ({
    check: `${check}: { uses: service.health, target: ${yamlName(name)} }`,
    isWell: `checks.${check}.status == "up"`,
    isUnwell: `checks.${check}.status != "up"`,
    isDown: `checks.${check}.status == "down"`,
    step: [
      `- id: ${idOf('restart', name)}`,
      '  uses: service.restart',
      `  target: ${yamlName(name)}`,
      `  when: checks.${check}.status != "up"`,
      "  gate: { approvers: ['role:approver'], quorum: 1, expires: 15m, on_expiry: escalate }",
      `  verify: { check: ${check}, until: value.status == "up", settle: 10s, for: 30s, within: 5m }`,
      '  undo: { none: a restart has nothing to undo }',
    ],
  }),
  postgres: ({ name }, check) => ({
    check: `${check}: { uses: postgres.connections, target: ${yamlName(name)} }`,
    isWell: `checks.${check}.used_ratio < 0.8`,
    step: [
      `- id: ${idOf('end-idle-sessions', name)}`,
      '  uses: postgres.terminate_idle',
      `  target: ${yamlName(name)}`,
      `  when: checks.${check}.used_ratio >= 0.8 && checks.${check}.idle >= 20`,
      '  with: { idle_longer_than: 10m, at_most: 50 }',
      "  gate: { approvers: ['role:approver'], quorum: 1, expires: 15m, on_expiry: escalate }",
      `  verify: { check: ${check}, until: value.used_ratio < 0.8, settle: 5s, for: 30s, within: 5m }`,
      '  undo: { none: clients open new connections by themselves }',
    ],
  }),
  redis: ({ name, prefix }, check) => ({
    check:
      prefix === undefined
        ? `# ${check}: { uses: redis.keys, target: ${yamlName(name)}, with: { prefix: 'TODO:' } }`
        : `${check}: { uses: redis.keys, target: ${yamlName(name)}, with: { prefix: ${yamlText(prefix)} } }`,
  }),
  prometheus: ({ name }, check) => ({
    check: `# ${check}: { uses: prometheus.scrape, target: ${yamlName(name)}, with: { metric: TODO } }`,
  }),
}

/** Ids of steps are as long as names. */
function idOf(what: string, role: string): string {
  return `${what}-${role}`.slice(0, longestName)
}
