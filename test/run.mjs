import { join } from 'node:path'
import { ensureInstalled, PROJECT_DIR, spawnOnNode24, withPlainErrors } from '../embedded/bootstrap.mjs'

const VITEST = join(PROJECT_DIR, 'node_modules', 'vitest', 'vitest.mjs')
const PREPARE = join(PROJECT_DIR, 'test', 'support', 'prepare-temporal.ts')

// Integration tests wait for servers half of the time: a third worker fills two cores. What aims at a moment runs with two.
const INTEGRATION_WORKERS = 3

await withPlainErrors(async () => {
  process.chdir(PROJECT_DIR)
  await ensureInstalled()
  const { isFull, rest } = parse(process.argv.slice(2))
  const env = environment()
  const vitest = args => spawnOnNode24(VITEST, ['run', ...args, ...rest], env)

  // A missing Temporal server takes minutes to build; the pure tests need none and run meanwhile.
  const prepared = spawnOnNode24(PREPARE, [], env)
  const unit = isFull ? 0 : await vitest(['--project', 'unit', '--passWithNoTests'])
  const temporal = await prepared
  if (temporal !== 0) env.TESTS_WITHOUT_TEMPORAL = '1'
  const rounds = isFull ? [['punctual'], ['long', 'replayed']] : [['integration']]
  let integration = 0
  for (const projects of rounds) {
    const named = projects.flatMap(name => ['--project', name])
    const workers = isFull ? [] : ['--maxWorkers', String(INTEGRATION_WORKERS)]
    integration = (await vitest([...named, ...workers, '--passWithNoTests'])) || integration
  }
  if (temporal !== 0) {
    process.stderr.write('paramedic: tests that need Temporal did not run: there is none here, see above\n')
  }
  process.exitCode = unit || integration || temporal
})

function parse(args) {
  return { isFull: args.includes('--full'), rest: args.filter(arg => arg !== '--full') }
}

function environment() {
  const env = { ...process.env, NODE_ENV: 'test' }
  // Tests never talk to the Paramedic, the Temporal or the database of the shell they run in.
  for (const name of Object.keys(env)) if (name.startsWith('PARAMEDIC_')) delete env[name]
  return env
}
