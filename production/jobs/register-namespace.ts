/** A job: registers Paramedic's namespace in Temporal unless it exists. Temporal Cloud's are made in its console instead. */
import { readTemporalEndpoint } from '../../configuration.ts'
import { registerNamespaceOf } from '../../embedded/temporal-namespace.ts'

const endpoint = readTemporalEndpoint()
await registerNamespaceOf(endpoint)
process.stdout.write(`namespace ${endpoint.namespace} is there\n`)
