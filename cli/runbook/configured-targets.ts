import { targetPlace, type TargetPlace } from '../../contracts/configuration/targets.ts'
import { autonomies, type Autonomy } from '../../contracts/incident.ts'
import { formatFault } from '../../language/format-fault.ts'
import { listAt, valueAt } from '../../language/tree.ts'
import { parseYamlSource } from '../../language/yaml-source.ts'
import { Failure } from '../failure.ts'
import { asTyped } from '../terminal/shell-word.ts'

export interface ConfiguredTarget extends TargetPlace {
  autonomy: Autonomy
  /** Prefixes whose keys can be made again; of a cache. */
  rebuildablePrefixes: string[]
}

/**
 * Where the targets of a configuration are, without looking up its references: their secrets need not be here. A target that is
 * not written as it should be is passed over; `config check` says so. Throws `unreadable_file` for what is no YAML.
 */
export function targetsOf(text: string, file: string): ConfiguredTarget[] {
  const yaml = parseYamlSource(text, file)
  if ('faults' in yaml)
    throw new Failure('unreadable_file', `${file} is no configuration: ${formatFault(yaml.faults[0]!)}.`, {
      hint: `see everything that is wrong with it: npx paramedic config check ${asTyped(file)}`,
    })
  return listAt(yaml.source.value, ['targets']).flatMap((written): ConfiguredTarget[] => {
    const { success, data } = targetPlace.safeParse(written)
    if (!success) return []
    const rebuildablePrefixes = listAt(written, ['rebuildable_prefixes']).filter(
      prefix => typeof prefix === 'string',
    )
    const autonomy = autonomies.find(known => known === valueAt(written, ['autonomy'])) ?? 'observe'
    return [{ ...data, autonomy, rebuildablePrefixes }]
  })
}
