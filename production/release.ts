import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { cp, mkdir, readFile, rename, rm, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { copiesOf, readImageFile, variablesOf, wordsOf, type Stage } from './image-file.ts'

const run = promisify(execFile)

/** What the image would hold, as a folder. */
export interface Release {
  /** The image's /app. */
  folder: string
  environment: Record<string, string>
  /** What a container runs that names no command. */
  command: string[]
}

/**
 * Makes the image's /app as the Dockerfile says, from its own lines: the packages' stage is run, so that development packages are
 * missing as they will be, and the last stage's COPY lines say which files are there. Packages are kept as long as their lines
 * and the lockfile stay the same.
 */
export async function makeRelease(options: {
  projectDir: string
  /** Where packages are kept between runs. */
  keptDir: string
  folder: string
}): Promise<Release> {
  const { projectDir, folder } = options
  const [packages, image] = readImageFile(join(projectDir, 'Dockerfile'))
  if (packages === undefined || image === undefined) throw new Error('the Dockerfile has two stages')
  const kept = await keepPackages(packages, options)
  await mkdir(folder, { recursive: true })
  await copyAll(image, projectDir, folder)
  await symlink(join(kept, 'node_modules'), join(folder, 'node_modules'))
  return { folder, environment: variablesOf(image), command: wordsOf(image, 'CMD') }
}

async function keepPackages(
  stage: Stage,
  { projectDir, keptDir }: { projectDir: string; keptDir: string },
): Promise<string> {
  const lock = await readFile(join(projectDir, 'package-lock.json'))
  const hash = createHash('sha256').update(lock).update(JSON.stringify(stage.instructions)).digest('hex')
  const kept = join(keptDir, `packages-${hash.slice(0, 16)}`)
  if (existsSync(kept)) return kept
  // Those of an earlier lockfile, and what was interrupted.
  await rm(keptDir, { recursive: true, force: true })
  const unfinished = `${kept}.unfinished`
  await mkdir(unfinished, { recursive: true })
  await copyAll(stage, projectDir, unfinished)
  for (const { name, rest } of stage.instructions)
    if (name === 'RUN') await run('sh', ['-euc', rest], { cwd: unfinished, env: withoutOwnModules() })
  await rename(unfinished, kept)
  return kept
}

/** npm scripts put the project's own programs first; the stage has none. */
function withoutOwnModules(): NodeJS.ProcessEnv {
  const path = (process.env['PATH'] ?? '').split(':').filter(folder => !folder.includes('node_modules'))
  return { ...process.env, PATH: path.join(':'), NODE_ENV: 'production', npm_config_prefer_offline: 'true' }
}

async function copyAll(stage: Stage, projectDir: string, folder: string): Promise<void> {
  for (const { sources, target } of copiesOf(stage)) {
    for (const source of sources) {
      // As Docker: several files go into the folder, one goes to the name.
      const to = target.endsWith('/') ? join(folder, target, source) : join(folder, target)
      await cp(join(projectDir, source), to, { recursive: true })
    }
  }
}
