import { createHash, randomUUID } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join, sep } from 'node:path'
import type { WorkflowBundle } from '@temporalio/worker'

/** The bundles of two branches, each with and without rehearsals, and some more. One has 2.4 MB. */
const KEPT_BUNDLES = 6

export interface BundleCache {
  /**
   * The kept bundle of these sources, else what `bundle` makes, which is kept from then on. `bundle` reports each file it reads.
   * A cache that cannot be read or written costs time and nothing else.
   */
  get(bundle: (report: (file: string) => void) => Promise<WorkflowBundle>): Promise<WorkflowBundle>
}

export interface CachedSources {
  projectDir: string
  /** Files, and folders with all that is in them. A bundle that turns out to hold others is not kept. */
  sources: readonly string[]
  /** What the bundler is asked for. */
  settings: readonly string[]
}

/**
 * Keeps bundles in `folder` under the hash of all they are made of: settings, sources and installed packages, and the project's
 * own path, which the source maps hold.
 */
export function openBundleCache(folder: string, made: CachedSources): BundleCache {
  return {
    async get(bundle) {
      const before = await hash(made)
      const file = join(folder, `${before.key}.js`)
      const kept = await load(file)
      if (kept !== undefined) return { code: kept }
      const read: string[] = []
      const fresh = await bundle(path => read.push(path))
      const isComplete = read.every(path => before.files.has(path) || isOfPackage(path))
      // A source that was saved while it was bundled would be kept under a hash that is not its own.
      if (isComplete && (await hash(made)).key === before.key) await save(file, fresh.code)
      return fresh
    },
  }
}

async function hash({ projectDir, sources, settings }: CachedSources) {
  const files = (await Promise.all(sources.map(filesIn))).flat().toSorted()
  const sha256 = createHash('sha256').update(JSON.stringify([projectDir, settings]))
  sha256.update(await installedPackages(projectDir))
  for (const file of files) sha256.update(JSON.stringify([file, await readFile(file, 'utf8')]))
  return { key: sha256.digest('hex'), files: new Set(files) }
}

function isOfPackage(file: string): boolean {
  return file.includes(`${sep}node_modules${sep}`)
}

async function filesIn(path: string): Promise<string[]> {
  if (!(await stat(path)).isDirectory()) return [path]
  const entries = await readdir(path, { recursive: true, withFileTypes: true })
  return entries.filter(entry => entry.isFile()).map(entry => join(entry.parentPath, entry.name))
}

/** npm writes down there what it has installed. Where it has not, nobody knows, and no bundle is like another one. */
async function installedPackages(projectDir: string): Promise<string> {
  return readFile(join(projectDir, 'node_modules', '.package-lock.json'), 'utf8').catch(() => randomUUID())
}

async function load(file: string): Promise<string | undefined> {
  const text = await readFile(file, 'utf8').catch(() => undefined)
  if (text === undefined) return undefined
  const code = text.slice(text.indexOf('\n') + 1)
  // A machine that lost power may have kept the name and not the content.
  return text === sealed(code) ? code : undefined
}

async function save(file: string, code: string): Promise<void> {
  const folder = dirname(file)
  const draft = `${file}.${process.pid}`
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    await writeFile(draft, sealed(code), { mode: 0o600 })
    await rename(draft, file)
    await removeOld(folder)
  } catch {
    // A read-only installation, or another account's folder.
    await rm(draft, { force: true }).catch(() => undefined)
  }
}

function sealed(code: string): string {
  return `// ${createHash('sha256').update(code).digest('hex')}\n${code}`
}

async function removeOld(folder: string): Promise<void> {
  const names = await readdir(folder)
  const aged = await Promise.all(
    names.map(async name => ({ name, writtenAt: (await stat(join(folder, name))).mtimeMs })),
  )
  const old = aged.toSorted((a, b) => b.writtenAt - a.writtenAt).slice(KEPT_BUNDLES)
  await Promise.all(old.map(({ name }) => rm(join(folder, name), { force: true })))
}
