import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { makeSecrets, secretsToWrite } from './secrets.ts'

/** `npm run production:secrets`: makes what docker-compose.yml needs, and says what only a person knows. */
const folder = join(dirname(fileURLToPath(import.meta.url)), 'secrets')

const made = await makeSecrets(folder)
process.stdout.write(
  made.length === 0 ? 'no secret was missing\n' : `made in ${folder}: ${made.join(', ')}\n`,
)
for (const name of secretsToWrite)
  if (!existsSync(join(folder, name)))
    process.stdout.write(`write ${join(folder, name)} yourself, see "First start" in docs/operations.md\n`)
