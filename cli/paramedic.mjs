#!/usr/bin/env node
import { join } from 'node:path'
import { ensureInstalled, PROJECT_DIR, runOnNode24, withPlainErrors } from '../embedded/bootstrap.mjs'
import { whenParentIsGone } from '../embedded/parent-watch.mjs'

// Or `timeout 60 npx paramedic incident watch` would go on watching.
whenParentIsGone(() => process.kill(process.pid, 'SIGTERM'))

await withPlainErrors(async () => {
  await ensureInstalled()
  await runOnNode24(join(PROJECT_DIR, 'cli', 'main.ts'), process.argv.slice(2))
})
