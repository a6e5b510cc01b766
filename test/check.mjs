import { join } from 'node:path'
import { ensureInstalled, PROJECT_DIR, spawnOnNode24, withPlainErrors } from '../embedded/bootstrap.mjs'

const FOLDERS =
  'contracts language outgoing rules reach intake supervision workflows activities integrations store proof postmortem drills rehearsal api worker cli embedded production bench test'

/** Cheapest first: a formatting slip should not wait for the compiler. */
const STEPS = [
  { name: 'format', bin: 'prettier/bin/prettier.cjs', args: ['--check', '--log-level', 'warn', '.'] },
  { name: 'lint', bin: 'oxlint/bin/oxlint', args: ['--deny-warnings'] },
  { name: 'types', bin: 'typescript/bin/tsc', args: ['--noEmit', '-p', '.'] },
  { name: 'types of workflows', bin: 'typescript/bin/tsc', args: ['--noEmit', '-p', 'workflows'] },
  { name: 'imports', bin: 'dependency-cruiser/bin/dependency-cruiser.mjs', args: FOLDERS.split(' ') },
  { name: 'unit tests', bin: 'vitest/vitest.mjs', args: ['run', '--project', 'unit', '--passWithNoTests'] },
]

await withPlainErrors(async () => {
  process.chdir(PROJECT_DIR)
  await ensureInstalled()
  const failed = []
  for (const step of STEPS) if (!(await run(step))) failed.push(step.name)
  process.stdout.write(failed.length === 0 ? 'check: all passed\n' : `check: failed: ${failed.join(', ')}\n`)
  process.exitCode = failed.length === 0 ? 0 : 1
})

async function run({ name, bin, args }) {
  const startedAt = Date.now()
  const env = { ...process.env, NODE_ENV: 'test' }
  const code = await spawnOnNode24(join(PROJECT_DIR, 'node_modules', bin), args, env)
  const seconds = ((Date.now() - startedAt) / 1000).toFixed(1)
  process.stdout.write(`check: ${name} ${code === 0 ? 'passed' : `failed with ${code}`} (${seconds} s)\n`)
  return code === 0
}
