import { cp, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { type Addresses, translateArguments, translatePairs } from './addresses.ts'
import { type ComposeFile, type ComposeService, type Mount, mountsOf } from './compose-file.ts'
import type { Release } from './release.ts'

/** A container of docker-compose.yml as a process of this machine. */
export interface Container {
  /** `api-1`, `worker-2`; also the owner of its ports. */
  name: string
  declared: ComposeService
  /** What stands for the container's file system: mounts and volumes at their own paths below it. */
  root: string
  cwd: string
  environment: Record<string, string>
  command: string[]
  healthcheck?: string[]
  /** A text of the container's world in native terms. */
  translate(text: string): string
}

export interface ContainerWorld {
  compose: ComposeFile
  addresses: Addresses
  projectDir: string
  /** One folder a container is made in here. */
  folder: string
  /** Where the secrets of this run are, in place of those of docker-compose.yml. */
  secretsDir: string
  programsDir: string
  release: Release
}

/** Lays out the files of a container and says how its process is started. */
export async function prepareContainer(
  world: ContainerWorld,
  service: string,
  name: string,
): Promise<Container> {
  const declared = world.compose.services[service]
  if (declared === undefined) throw new Error(`docker-compose.yml has no service ${service}`)
  const root = join(world.folder, name)
  const mounts = mountsOf(world.compose, declared)
  const translate = translator(world, name, root, mounts)
  for (const mount of mounts) await provide(mount, root, world, translate)
  const temporary = join(root, 'tmp')
  await mkdir(temporary, { recursive: true })
  const isOurs = declared.build !== undefined
  const paths = translator(world, name, root, mounts, { isWithAddresses: false })
  const argumentsOf = (words: readonly string[]): string[] =>
    translateArguments(words, name, world.addresses).map(paths)
  const environment = translatePairs(declared.environment, name, world.addresses)
  return {
    name,
    declared,
    root,
    cwd: isOurs ? world.release.folder : root,
    environment: {
      PATH: world.programsDir,
      TMPDIR: temporary,
      ...(isOurs ? world.release.environment : {}),
      ...Object.fromEntries(
        Object.entries(environment).map(([key, value]) => [
          key,
          value === declared.environment[key] ? translate(value) : value,
        ]),
      ),
    },
    command: argumentsOf(declared.command ?? (isOurs ? world.release.command : [])),
    ...(declared.healthcheck !== undefined && 'test' in declared.healthcheck
      ? { healthcheck: argumentsOf(declared.healthcheck.test.slice(1)) }
      : {}),
    translate,
  }
}

/** Addresses become native, and paths of mounts lead below the container's own root. */
function translator(
  { addresses }: ContainerWorld,
  name: string,
  root: string,
  mounts: readonly Mount[],
  { isWithAddresses = true } = {},
): (text: string) => string {
  const targets = [...mounts.map(({ target }) => target), '/run/secrets', '/tmp']
    .toSorted((one, other) => other.length - one.length)
    .map(target => target.replaceAll(/[.\\]/g, '\\$&'))
  const path = new RegExp(`(?<![\\w.-])(?:${targets.join('|')})(?![\\w-])`, 'g')
  return text => {
    const native = isWithAddresses ? addresses.translate(text, name) : text
    // What leads below the root already is not led there twice.
    return native.includes(root) ? native : native.replaceAll(path, found => join(root, found))
  }
}

async function provide(
  { source, target, kind }: Mount,
  root: string,
  { projectDir, secretsDir }: ContainerWorld,
  translate: (text: string) => string,
): Promise<void> {
  const to = join(root, target)
  if (kind === 'volume') return void (await mkdir(to, { recursive: true }))
  const from = kind === 'secret' ? join(secretsDir, source.split('/').at(-1) ?? '') : join(projectDir, source)
  await copyTranslated(from, to, translate)
}

async function copyTranslated(from: string, to: string, translate: (text: string) => string): Promise<void> {
  if ((await stat(from)).isDirectory()) {
    await mkdir(to, { recursive: true })
    for (const name of await readdir(from)) await copyTranslated(join(from, name), join(to, name), translate)
    return
  }
  await mkdir(dirname(to), { recursive: true })
  // Copied first for its mode.
  await cp(from, to)
  await writeFile(to, translate(await readFile(from, 'utf8')))
}
