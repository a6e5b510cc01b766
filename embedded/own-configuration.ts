import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'
import { isOneReference, referencesIn } from '../language/references.ts'

/** Whose token is in which file: what a person sets PARAMEDIC_TOKEN_FILE to. */
export type TokenFile = { principal: string; file: string }

const withPrincipals = z.object({
  principals: z.array(z.object({ name: z.string(), token: z.string() })).default([]),
})

/** The token files that a valid configuration names. Tokens it takes from the environment are in no file. */
export function tokenFilesIn(configPath: string): TokenFile[] {
  const { principals } = withPrincipals.parse(parse(readFileSync(configPath, 'utf8')))
  return principals.flatMap(({ name, token }) => {
    const [reference] = isOneReference(token) ? referencesIn(token) : []
    return reference?.kind === 'file'
      ? [{ principal: name, file: resolve(dirname(configPath), reference.name) }]
      : []
  })
}
