import type { AlertSource } from './alert-source.ts'
import { alertmanagerSource } from './alertmanager-source.ts'
import { genericSource } from './generic-source.ts'

/** Every way alerts come in; the type keeps this list equal to the kinds a configuration may name. */
export const alertSources = {
  alertmanager: alertmanagerSource,
  generic: genericSource,
} satisfies { [K in AlertSource['kind']]: AlertSource }
