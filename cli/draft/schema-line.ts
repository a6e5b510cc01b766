/** The first line by which an editor knows what a file is. */
import { existsSync } from 'node:fs'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { runbookSchemaPath } from '../../language/runbook-json-schema.ts'
import { type Connection, findConnection } from '../connection.ts'
import { Failure } from '../failure.ts'

/** Where `npm start` has its service. */
const usualAddress = 'http://127.0.0.1:8700'

/** A schema in a folder above the file works offline; anywhere else it is that of a service. */
export function schemaLine(output: string | undefined, env: NodeJS.ProcessEnv, cwd: string): string {
  const found = output === undefined ? undefined : schemaAbove(dirname(resolve(cwd, output)))
  const schema = found ?? `${addressIn(env, cwd)}${runbookSchemaPath}`
  return `# yaml-language-server: $schema=${schema}\n`
}

function schemaAbove(folder: string): string | undefined {
  for (let above = folder; ; above = dirname(above)) {
    const schema = join(above, 'docs', 'schemas', 'runbook.json')
    if (existsSync(schema)) return relative(folder, schema).split(sep).join('/')
    if (dirname(above) === above) return undefined
  }
}

function addressIn(env: NodeJS.ProcessEnv, cwd: string): Connection['apiUrl'] {
  try {
    return findConnection(env, cwd).apiUrl.replace(/\/$/, '')
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    return usualAddress
  }
}
