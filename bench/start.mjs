// What `npm run bench` runs: plain JavaScript for Node 20, which goes on with main.ts on Node 24.
import { join } from 'node:path'
import { ensureInstalled, PROJECT_DIR, spawnOnNode24, withPlainErrors } from '../embedded/bootstrap.mjs'

await withPlainErrors(async () => {
  process.chdir(PROJECT_DIR)
  await ensureInstalled()
  process.exitCode = await spawnOnNode24(join(PROJECT_DIR, 'bench', 'main.ts'), process.argv.slice(2))
})
