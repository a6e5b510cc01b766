/** What the processes are told from outside. The only place of api and worker that reads the environment or the configuration's files. */
import { readFileSync } from 'node:fs'
import { dirname, resolve as resolvePath } from 'node:path'
import { z } from 'zod'
import { CodedError } from './contracts/coded-error.ts'
import type { OwnConfiguration } from './contracts/configuration.ts'
import { site } from './contracts/configuration/names.ts'
import { Secret } from './contracts/secret.ts'
import type { TemporalEndpoint } from './contracts/temporal-endpoint.ts'
import { type Configured, configuredIn } from './language/configured.ts'
import { formatFault } from './language/format-fault.ts'
import { nameHint } from './language/nearest-name.ts'
import { parseConfiguration } from './language/parse-configuration.ts'
import type { Reference } from './language/references.ts'
import { parseYamlSource } from './language/yaml-source.ts'
import { createNamedFiles, reasonOf } from './named-files.ts'
import { readTemporal, temporalVariables } from './temporal-environment.ts'

const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const

/** Defaults for a person's own machine: nothing is reachable from elsewhere unless somebody says so. */
const environmentSchema = z.object({
  PARAMEDIC_API_HOST: z.string().default('127.0.0.1'),
  PARAMEDIC_API_PORT: z.coerce.number().int().min(0).max(65_535).default(8700),
  /** May carry a password. */
  PARAMEDIC_DATABASE_URL: z
    .url({ protocol: /^postgres(ql)?$/, error: 'must be a postgresql:// URL' })
    .transform(url => new Secret(url)),
  ...temporalVariables,
  PARAMEDIC_CONFIG: z.string({ error: 'must be the path of paramedic.yaml' }),
  PARAMEDIC_RUNBOOKS: z.string().default('runbooks'),
  PARAMEDIC_SITE: z.optional(site),
  PARAMEDIC_LOG_LEVEL: z.enum(logLevels).default('info'),
})

export interface Environment {
  apiHost: string
  /** 0 takes any free port. */
  apiPort: number
  databaseUrl: Secret
  temporal: TemporalEndpoint
  configPath: string
  runbooksDir: string
  /** Of a worker that serves the targets of one site and nothing else. */
  site?: string
  logLevel: (typeof logLevels)[number]
}

/**
 * Reads the PARAMEDIC_ variables and the files they name. Throws `invalid_configuration` that names every fault at once,
 * and no value.
 */
export function readEnvironment(variables: NodeJS.ProcessEnv = process.env): Environment {
  const given = withoutEmpty(variables)
  const files = createNamedFiles(given)
  files.fill('PARAMEDIC_DATABASE_URL')
  const read = environmentSchema.safeParse(given)
  if (!read.success) throw unusable([...files.faults, ...read.error.issues.map(faultOf)])
  const temporal = readTemporal(read.data, files)
  if (files.faults.length > 0) throw unusable(files.faults)
  return {
    apiHost: read.data.PARAMEDIC_API_HOST,
    apiPort: read.data.PARAMEDIC_API_PORT,
    databaseUrl: read.data.PARAMEDIC_DATABASE_URL,
    temporal,
    configPath: read.data.PARAMEDIC_CONFIG,
    runbooksDir: read.data.PARAMEDIC_RUNBOOKS,
    logLevel: read.data.PARAMEDIC_LOG_LEVEL,
    ...(read.data.PARAMEDIC_SITE === undefined ? {} : { site: read.data.PARAMEDIC_SITE }),
  }
}

/** The endpoint alone, for jobs that need Temporal and nothing else. Throws `invalid_configuration`. */
export function readTemporalEndpoint(variables: NodeJS.ProcessEnv = process.env): TemporalEndpoint {
  const given = withoutEmpty(variables)
  const files = createNamedFiles(given)
  const read = z.object(temporalVariables).safeParse(given)
  if (!read.success) throw unusable(read.error.issues.map(faultOf))
  const endpoint = readTemporal(read.data, files)
  if (files.faults.length > 0) throw unusable(files.faults)
  return endpoint
}

/** The site alone, for the same jobs. Throws `invalid_configuration`. */
export function readSite(variables: NodeJS.ProcessEnv = process.env): string | undefined {
  const read = environmentSchema.pick({ PARAMEDIC_SITE: true }).safeParse(withoutEmpty(variables))
  if (!read.success) throw unusable(read.error.issues.map(faultOf))
  return read.data.PARAMEDIC_SITE
}

/** An empty variable is how shells and compose files write "not set". */
function withoutEmpty(variables: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== ''))
}

function faultOf({ path, message }: z.core.$ZodIssue): string {
  return `${path.join('.')} ${message}`
}

function unusable(faults: readonly string[]): CodedError {
  return new CodedError('invalid_configuration', `The environment cannot be used: ${faults.join('; ')}.`, {
    fields: { faults: [...faults] },
    hint: 'Set or correct the named variables.',
  })
}

/**
 * Reads `paramedic.yaml` as a process at `site` does, with the references of its part: `${env:NAME}`, and `${file:PATH}` relative
 * to the file. Throws `invalid_configuration` that shows every fault with its line.
 */
export function loadConfiguration(
  path: string,
  { site, variables = process.env }: { site?: string | undefined; variables?: NodeJS.ProcessEnv } = {},
): OwnConfiguration {
  const text = readConfigurationFile(path)
  const parsed = parseConfiguration(text, path, reference => lookUp(reference, path, variables), site)
  if ('configuration' in parsed) return withTargetsAt(site, parsed.configuration, path)
  const faults = parsed.faults.map(fault => formatFault(fault, text))
  throw new CodedError('invalid_configuration', `${path} cannot be used:\n${faults.join('\n')}`, {
    fields: { faults: faults.length },
  })
}

/**
 * What runbooks are held against: the configuration as it is written, without looking a reference up. Throws as
 * `loadConfiguration` does, which is to be called first: what is no YAML says nothing here.
 */
export function loadConfigured(path: string): Configured {
  const yaml = parseYamlSource(readConfigurationFile(path), path)
  return configuredIn('source' in yaml ? yaml.source.value : undefined)
}

/** A worker of a site that no target names would poll for ever and say nothing. */
function withTargetsAt(
  site: string | undefined,
  configuration: OwnConfiguration,
  path: string,
): OwnConfiguration {
  const known = sitesOf(configuration)
  if (site === undefined || known.includes(site)) return configuration
  const meant = nameHint(site, known) ?? 'none has one'
  throw new CodedError('invalid_configuration', `No target in ${path} has the site ${site}: ${meant}`, {
    hint: 'Correct PARAMEDIC_SITE, or give the targets there their `site`.',
  })
}

/** The sites that targets name, each once. */
export function sitesOf({ places }: Pick<OwnConfiguration, 'places'>): string[] {
  return [...new Set(places.flatMap(({ site }) => site ?? []))].toSorted()
}

function readConfigurationFile(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    throw new CodedError(
      'invalid_configuration',
      `The configuration ${path} cannot be read: ${reasonOf(cause)}.`,
      {
        hint: 'Set PARAMEDIC_CONFIG to the path of paramedic.yaml.',
        cause,
      },
    )
  }
}

function lookUp(
  reference: Reference,
  configPath: string,
  variables: NodeJS.ProcessEnv,
): string | { problem: string } {
  if (reference.kind === 'env') {
    const value = variables[reference.name]
    return value === undefined || value === '' ? { problem: 'the variable is not set' } : value
  }
  try {
    // Editors and `kubectl create secret` leave a newline at the end of a file; no credential ends in one.
    return readFileSync(resolvePath(dirname(configPath), reference.name), 'utf8').trimEnd()
  } catch (error) {
    return { problem: reasonOf(error) }
  }
}
