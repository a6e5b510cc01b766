import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { z } from 'zod'

/** Every key that docker-compose.yml uses, and no other: what is not known here would be in the file and never be rehearsed. */
const hardened = {
  init: z.literal(true),
  read_only: z.literal(true),
  tmpfs: z.array(z.string()),
  cap_drop: z.tuple([z.literal('ALL')]),
  security_opt: z.tuple([z.literal('no-new-privileges:true')]),
  stop_grace_period: z.string(),
  logging: z.strictObject({ driver: z.literal('json-file'), options: z.record(z.string(), z.string()) }),
}

const healthcheck = z.strictObject({
  test: z.tuple([z.literal('CMD')], z.string()),
  interval: z.string(),
  timeout: z.string(),
  start_period: z.string().optional(),
  retries: z.number(),
})

const service = z.strictObject({
  ...hardened,
  image: z.string(),
  build: z.literal('.').optional(),
  restart: z.enum(['unless-stopped', 'on-failure:5']),
  user: z.string().optional(),
  /** Empty: the image's own is not used. */
  entrypoint: z.tuple([]).optional(),
  command: z.array(z.string()).optional(),
  environment: z.record(z.string(), z.string()).default({}),
  secrets: z.array(z.string()).default([]),
  volumes: z.array(z.string()).default([]),
  ports: z.array(z.string()).default([]),
  profiles: z.array(z.string()).optional(),
  depends_on: z
    .record(
      z.string(),
      z.strictObject({ condition: z.enum(['service_healthy', 'service_completed_successfully']) }),
    )
    .default({}),
  healthcheck: z.union([healthcheck, z.strictObject({ disable: z.literal(true) })]).optional(),
  deploy: z.strictObject({ replicas: z.number() }).optional(),
  mem_limit: z.string().optional(),
})

const composeFile = z.strictObject({
  name: z.string(),
  services: z.record(z.string(), service),
  volumes: z.record(z.string(), z.strictObject({})),
  secrets: z.record(z.string(), z.strictObject({ file: z.string() })),
})

export type ComposeService = z.infer<typeof service>
export type ComposeFile = z.infer<typeof composeFile>

/**
 * Reads a compose file with its variables replaced (`${NAME:?message}`, and `$$` for a dollar). Throws on keys and forms it does
 * not know, and on variables that are not set.
 */
export function readComposeFile(path: string, variables: Record<string, string>): ComposeFile {
  const raw: unknown = parse(readFileSync(path, 'utf8'), { merge: true })
  const known = z.record(z.string(), z.unknown()).parse(raw)
  const own = Object.entries(known).filter(([key]) => !key.startsWith('x-'))
  const filled = fill(Object.fromEntries(own), variables)
  const read = composeFile.safeParse(filled)
  if (!read.success) throw new Error(`${path} has what is not known here:\n${z.prettifyError(read.error)}`)
  return read.data
}

function fill(value: unknown, variables: Record<string, string>): unknown {
  if (typeof value === 'string') return fillText(value, variables)
  if (Array.isArray(value)) return value.map(item => fill(item, variables))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, fill(inner, variables)]))
}

function fillText(text: string, variables: Record<string, string>): string {
  return text.replaceAll(/\$(?:\$|\{(\w+):\?([^}]*)\})/g, (_, name: string | undefined, message: string) => {
    if (name === undefined) return '$'
    const value = variables[name]
    if (value === undefined) throw new Error(`${name} is not set: ${message}`)
    return value
  })
}

export interface Mount {
  /** A path in the project for files, the name of a volume otherwise. */
  source: string
  target: string
  kind: 'file' | 'volume' | 'secret'
}

/** Everything that a service finds in its file system beside its image. */
export function mountsOf(compose: ComposeFile, { volumes, secrets }: ComposeService): Mount[] {
  const mounted = volumes.map((volume): Mount => {
    const [source = '', target = '', mode] = volume.split(':')
    const isFile = source.startsWith('./')
    if (isFile !== (mode === 'ro')) throw new Error(`${volume}: files are mounted read-only, volumes are not`)
    return { source, target, kind: isFile ? 'file' : 'volume' }
  })
  const secret = (name: string): Mount => {
    const file = compose.secrets[name]?.file
    if (file === undefined) throw new Error(`the secret ${name} is not declared`)
    return { source: file, target: `/run/secrets/${name}`, kind: 'secret' }
  }
  return [...mounted, ...secrets.map(secret)]
}

/** The names of a service's containers: its own, or with a number each. */
export function instancesOf(name: string, { deploy }: ComposeService): string[] {
  if (deploy === undefined) return [name]
  return Array.from({ length: deploy.replicas }, (_, index) => `${name}-${index + 1}`)
}

/** Name and tag of an image. */
export function imageOf({ image }: ComposeService): { name: string; tag: string } {
  const [name = '', tag = ''] = image.split(':')
  return { name, tag }
}
