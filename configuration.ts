/** What the processes are told from outside. The only place of api and worker that reads the environment or the configuration's files. */
import { readFileSync } from 'node:fs'
import { dirname, resolve as resolvePath } from 'node:path'
import { z } from 'zod'
import { CodedError } from './contracts/coded-error.ts'
import type { Configuration } from './contracts/configuration.ts'
import { Secret } from './contracts/secret.ts'
import { formatFault } from './language/format-fault.ts'
import { parseConfiguration } from './language/parse-configuration.ts'
import type { Reference } from './language/references.ts'

const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const

/** Defaults for a person's own machine: nothing is reachable from elsewhere unless somebody says so. */
const environmentSchema = z.object({
  PARAMEDIC_API_HOST: z.string().default('127.0.0.1'),
  PARAMEDIC_API_PORT: z.coerce.number().int().min(0).max(65_535).default(8700),
  /** May carry a password. */
  PARAMEDIC_DATABASE_URL: z
    .url({ protocol: /^postgres(ql)?$/, error: 'must be a postgresql:// URL' })
    .transform(url => new Secret(url)),
  PARAMEDIC_TEMPORAL_ADDRESS: z.string().default('127.0.0.1:7233'),
  PARAMEDIC_TEMPORAL_NAMESPACE: z.string().default('paramedic'),
  PARAMEDIC_CONFIG: z.string({ error: 'must be the path of paramedic.yaml' }),
  PARAMEDIC_RUNBOOKS: z.string().default('runbooks'),
  PARAMEDIC_LOG_LEVEL: z.enum(logLevels).default('info'),
})

export interface Environment {
  apiHost: string
  /** 0 takes any free port. */
  apiPort: number
  databaseUrl: Secret
  temporalAddress: string
  temporalNamespace: string
  configPath: string
  runbooksDir: string
  logLevel: (typeof logLevels)[number]
}

/** Reads the PARAMEDIC_ variables. Throws `invalid_configuration` that names every fault at once, and no value. */
export function readEnvironment(variables: NodeJS.ProcessEnv = process.env): Environment {
  // An empty variable is how shells and compose files write "not set".
  const given = Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== ''))
  const read = environmentSchema.safeParse(given)
  if (!read.success) {
    const faults = read.error.issues.map(issue => `${issue.path.join('.')} ${issue.message}`)
    throw new CodedError('invalid_configuration', `The environment cannot be used: ${faults.join('; ')}.`, {
      fields: { faults },
      hint: 'Set or correct the named variables.',
    })
  }
  return {
    apiHost: read.data.PARAMEDIC_API_HOST,
    apiPort: read.data.PARAMEDIC_API_PORT,
    databaseUrl: read.data.PARAMEDIC_DATABASE_URL,
    temporalAddress: read.data.PARAMEDIC_TEMPORAL_ADDRESS,
    temporalNamespace: read.data.PARAMEDIC_TEMPORAL_NAMESPACE,
    configPath: read.data.PARAMEDIC_CONFIG,
    runbooksDir: read.data.PARAMEDIC_RUNBOOKS,
    logLevel: read.data.PARAMEDIC_LOG_LEVEL,
  }
}

/**
 * Reads `paramedic.yaml` with its references: `${env:NAME}`, and `${file:PATH}` relative to the file. Throws
 * `invalid_configuration` that shows every fault with its line.
 */
export function loadConfiguration(path: string, variables: NodeJS.ProcessEnv = process.env): Configuration {
  const text = readConfigurationFile(path)
  const parsed = parseConfiguration(text, path, reference => lookUp(reference, path, variables))
  if ('configuration' in parsed) return parsed.configuration
  const faults = parsed.faults.map(fault => formatFault(fault, text))
  throw new CodedError('invalid_configuration', `${path} cannot be used:\n${faults.join('\n')}`, {
    fields: { faults: faults.length },
  })
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

/** The system's own word (ENOENT, EACCES); the message would repeat the path and nothing else. */
function reasonOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error)
}
