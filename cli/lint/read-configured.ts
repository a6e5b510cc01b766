/** The configuration that runbooks are held against, read without its secrets. */
import { existsSync, readFileSync } from 'node:fs'
import { type Configured, configuredIn } from '../../language/configured.ts'
import { valueAt } from '../../language/tree.ts'
import { parseYamlSource } from '../../language/yaml-source.ts'
import { exitCodes } from '../exit-codes.ts'
import { Failure } from '../failure.ts'
import { asTyped } from '../terminal/shell-word.ts'

const usualName = 'paramedic.yaml'

interface ConfiguredFile {
  file: string
  configured: Configured
}

/**
 * Reads the file that was named, else that of PARAMEDIC_CONFIG, else `paramedic.yaml` if there is one: runbooks are linted where
 * nothing is configured too. Throws `unreadable_file` when the file that was named is missing or is no configuration.
 */
export function readConfigured(
  given: string | undefined,
  env: NodeJS.ProcessEnv = process.env,
): ConfiguredFile | undefined {
  const named = given ?? (env['PARAMEDIC_CONFIG'] || undefined)
  const file = named ?? usualName
  if (!existsSync(file)) {
    if (named === undefined) return undefined
    throw unusable(`There is no configuration ${file}.`, 'give its path: --config <file>')
  }
  const yaml = parseYamlSource(readFileSync(file, 'utf8'), file)
  const tree = 'source' in yaml ? yaml.source.value : undefined
  if (valueAt(tree, ['kind']) === 'Configuration') return { file, configured: configuredIn(tree) }
  const hint = `what is wrong with it: npx paramedic config check ${asTyped(file)}`
  throw unusable(`${file} is not a configuration that runbooks could be held against.`, hint)
}

function unusable(message: string, hint: string): Failure {
  return new Failure('unreadable_file', message, { hint, exitCode: exitCodes.usage })
}
