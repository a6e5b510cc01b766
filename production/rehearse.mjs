import { join } from 'node:path'
import { ensureInstalled, PROJECT_DIR, runOnNode24, withPlainErrors } from '../embedded/bootstrap.mjs'

await withPlainErrors(async () => {
  await ensureInstalled()
  await runOnNode24(join(PROJECT_DIR, 'production', 'main.ts'), process.argv.slice(2))
})
