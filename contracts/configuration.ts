/**
 * `paramedic.yaml`: sources, targets, principals, pages. The schema is strict (unknown keys are faults) and turns
 * YAML's snake_case into our camelCase. References in strings are resolved before this schema sees them.
 */
import { z } from 'zod'
import { autonomies } from './incident.ts'
import { Secret } from './secret.ts'
import type { targetKinds } from './targets/definition.ts'

/** The built-in roles; what each may do is in principals.ts. */
export const roles = ['viewer', 'responder', 'approver', 'admin', 'auditor', 'ingest'] as const
export type Role = (typeof roles)[number]

const name = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{0,62}$/, 'must be lower-case letters, digits, dots, dashes, at most 63')
const secret = z
  .string()
  .min(1)
  .transform(value => new Secret(value))
/** A URL that may carry a password is a secret as a whole. */
const secretUrl = z.url().transform(value => new Secret(value))
/** Asked over HTTP; credentials do not belong into it. */
const httpUrl = z
  .url({ protocol: /^https?$/, error: 'must be an http:// or https:// URL' })
  .refine(value => !URL.parse(value)?.username, 'must not carry credentials')
const token = z
  .string()
  .min(24, 'must be at least 24 characters')
  .transform(value => new Secret(value))

const source = z.strictObject({ name, kind: z.enum(['alertmanager', 'generic']), token })

const place = {
  name,
  environment: name,
  system: name,
  role: name,
  autonomy: z.enum(autonomies).default('observe'),
}

const postgresTarget = z.strictObject({
  ...place,
  kind: z.literal('postgres'),
  connection: z.strictObject({ url: secretUrl }),
})

const redisTarget = z
  .strictObject({
    ...place,
    kind: z.literal('redis'),
    connection: z.strictObject({ url: secretUrl }),
    rebuildable_prefixes: z.array(z.string().min(1).max(256)).default([]),
  })
  .transform(({ rebuildable_prefixes, ...rest }) => ({ ...rest, rebuildablePrefixes: rebuildable_prefixes }))

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

const prometheusTarget = z.strictObject({
  ...place,
  kind: z.literal('prometheus'),
  scrape: z.strictObject({ url: httpUrl }),
})

const target = z.discriminatedUnion('kind', [postgresTarget, redisTarget, serviceTarget, prometheusTarget])

const principal = z.strictObject({
  name,
  roles: z.array(z.enum(roles)).min(1),
  /** What the person is called for: on-call, senior, platform-lead; levels page and gates ask functions. */
  functions: z.array(name).default([]),
  token,
})

const pages = z
  .strictObject({ webhook: z.strictObject({ url: httpUrl, signing_secret: secret }).optional() })
  .transform(({ webhook }) =>
    webhook === undefined ? {} : { webhook: { url: webhook.url, signingSecret: webhook.signing_secret } },
  )

export const configurationSchema = z.strictObject({
  apiVersion: z.literal('paramedic/v1'),
  kind: z.literal('Configuration'),
  sources: z.array(source).default([]),
  targets: z.array(target).default([]),
  principals: z.array(principal).default([]),
  pages: pages.default({}),
})

export type Configuration = z.output<typeof configurationSchema>
export type SourceConfiguration = Configuration['sources'][number]
export type TargetConfiguration = Configuration['targets'][number]
export type TargetConfigurationOf<K extends (typeof targetKinds)[number]> = Extract<
  TargetConfiguration,
  { kind: K }
>
export type PrincipalConfiguration = Configuration['principals'][number]
