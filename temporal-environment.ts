import { z } from 'zod'
import { Secret } from './contracts/secret.ts'
import type { TemporalEndpoint, TemporalTls } from './contracts/temporal-endpoint.ts'
import type { NamedFiles } from './named-files.ts'

/** The variables that say where Temporal is; configuration.ts reads them with the others. */
export const temporalVariables = {
  PARAMEDIC_TEMPORAL_ADDRESS: z.string().default('127.0.0.1:7233'),
  PARAMEDIC_TEMPORAL_NAMESPACE: z.string().default('paramedic'),
  PARAMEDIC_TEMPORAL_TLS: z.enum(['off', 'on']).default('off'),
  PARAMEDIC_TEMPORAL_TLS_CA: z.string().optional(),
  PARAMEDIC_TEMPORAL_TLS_CERT: z.string().optional(),
  PARAMEDIC_TEMPORAL_TLS_KEY: z.string().optional(),
  PARAMEDIC_TEMPORAL_TLS_SERVER_NAME: z.string().optional(),
  PARAMEDIC_TEMPORAL_API_KEY_FILE: z.string().optional(),
}

type Variables = z.infer<z.ZodObject<typeof temporalVariables>>

/** Makes the endpoint from the variables and the files they name; what is wrong is added to the files' faults. */
export function readTemporal(variables: Variables, files: NamedFiles): TemporalEndpoint {
  const tls = readTls(variables, files)
  const apiKey = files.read('PARAMEDIC_TEMPORAL_API_KEY_FILE')?.toString().trimEnd()
  return {
    address: variables.PARAMEDIC_TEMPORAL_ADDRESS,
    namespace: variables.PARAMEDIC_TEMPORAL_NAMESPACE,
    ...(tls === undefined ? {} : { tls }),
    ...(apiKey === undefined ? {} : { apiKey: new Secret(apiKey) }),
  }
}

/** Of use only with TLS: given without it, somebody believes that the connection is encrypted. */
const onlyWithTls = [
  'PARAMEDIC_TEMPORAL_TLS_CA',
  'PARAMEDIC_TEMPORAL_TLS_CERT',
  'PARAMEDIC_TEMPORAL_TLS_KEY',
  'PARAMEDIC_TEMPORAL_TLS_SERVER_NAME',
  'PARAMEDIC_TEMPORAL_API_KEY_FILE',
] as const

function readTls(variables: Variables, files: NamedFiles): TemporalTls | undefined {
  if (variables.PARAMEDIC_TEMPORAL_TLS === 'off') {
    for (const name of onlyWithTls)
      if (variables[name] !== undefined) files.faults.push(`${name} needs PARAMEDIC_TEMPORAL_TLS=on`)
    return undefined
  }
  const authority = files.read('PARAMEDIC_TEMPORAL_TLS_CA')
  const certificate = files.read('PARAMEDIC_TEMPORAL_TLS_CERT')
  const key = files.read('PARAMEDIC_TEMPORAL_TLS_KEY')
  if ((certificate === undefined) !== (key === undefined) && files.faults.length === 0)
    files.faults.push('PARAMEDIC_TEMPORAL_TLS_CERT and PARAMEDIC_TEMPORAL_TLS_KEY belong together')
  const serverName = variables.PARAMEDIC_TEMPORAL_TLS_SERVER_NAME
  return {
    ...(authority === undefined ? {} : { authority }),
    ...(certificate === undefined || key === undefined
      ? {}
      : { identity: { certificate, key: new Secret(key.toString()) } }),
    ...(serverName === undefined ? {} : { serverName }),
  }
}
