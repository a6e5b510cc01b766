/** What checks and actions work on. */
import { z } from 'zod'
import { duration } from '../duration.ts'
import { autonomies } from '../incident.ts'
import { targetKinds } from '../targets/definition.ts'
import { httpUrl, name, secretUrl, site } from './names.ts'

/** Bind every runbook and every incident that touches the target. */
const limits = z
  .strictObject({
    /** An action touches at most this much, whatever the runbook allows. */
    at_most: z.int().min(1).optional(),
    /** So many claims inside `within`; one more is refused. */
    actions: z.int().min(1).max(10_000).optional(),
    within: duration({ min: 60_000 }).prefault('1h'),
  })
  .transform(({ at_most, actions, within }) => ({
    ...(at_most === undefined ? {} : { atMost: at_most }),
    ...(actions === undefined ? {} : { actions: { count: actions, withinMs: within } }),
  }))

const place = {
  name,
  environment: name,
  system: name,
  role: name,
  /** Runbooks may ask for the targets of one group only. */
  group: name.optional(),
  autonomy: z.enum(autonomies).default('observe'),
  /** Only a worker that serves this site reaches it. */
  site: site.optional(),
  /** The team that owns it. */
  team: name.optional(),
  limits: limits.optional(),
}

/** Keys that every process reads of every target; the others say how to reach it. */
export const placeKeys: readonly string[] = ['kind', ...Object.keys(place)]

const postgresTarget = z.strictObject({
  ...place,
  kind: z.literal('postgres'),
  connection: z.strictObject({
    url: secretUrl(/^postgres(ql)?$/, 'must be a postgres:// or postgresql:// URL'),
  }),
})

const redisTarget = z
  .strictObject({
    ...place,
    kind: z.literal('redis'),
    connection: z.strictObject({ url: secretUrl(/^rediss?$/, 'must be a redis:// or rediss:// URL') }),
    rebuildable_prefixes: z.array(z.string().min(1).max(256)).default([]),
    rebuildable_database: z.boolean().default(false),
  })
  .transform(({ rebuildable_prefixes: prefixes, rebuildable_database: isWhole, ...rest }) => ({
    ...rest,
    rebuildablePrefixes: prefixes,
    rebuildableDatabase: isWhole,
  }))

const processPart = z
  .strictObject({
    command: z.array(z.string().min(1)).min(1),
    directory: z.string().min(1),
    pid_file: z.string().min(1),
    log_file: z.string().min(1),
    environment: z.record(z.string(), z.string()).default({}),
  })
  .transform(({ pid_file, log_file, ...rest }) => ({ ...rest, pidFile: pid_file, logFile: log_file }))

const serviceTarget = z.strictObject({
  ...place,
  kind: z.literal('service'),
  health: z.strictObject({ url: httpUrl }),
  process: processPart.optional(),
})

const prometheusTarget = z
  .strictObject({
    ...place,
    kind: z.literal('prometheus'),
    /** A text endpoint of the system itself. */
    scrape: z.strictObject({ url: httpUrl }).optional(),
    /** A Prometheus server, asked with PromQL. */
    server: z.strictObject({ url: httpUrl }).optional(),
  })
  .refine(({ scrape, server }) => scrape !== undefined || server !== undefined, {
    path: ['scrape'],
    error: '`scrape` or `server` is required',
  })

export const target = z.discriminatedUnion('kind', [
  postgresTarget,
  redisTarget,
  serviceTarget,
  prometheusTarget,
])

/** What is known everywhere of a target that only workers of another site reach. */
export const targetPlace = z.object({
  name,
  kind: z.enum(targetKinds),
  environment: name,
  system: name,
  role: name,
  group: name.optional(),
  site: site.optional(),
})
export type TargetPlace = z.output<typeof targetPlace>

export type TargetConfiguration = z.output<typeof target>
export type TargetConfigurationOf<K extends (typeof targetKinds)[number]> = Extract<
  TargetConfiguration,
  { kind: K }
>
