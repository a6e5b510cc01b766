import { execFile } from 'node:child_process'
import { mkdir, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { findOnPath } from '../embedded/find-on-path.ts'
import { SetupError } from '../embedded/setup-error.ts'
import { findSchemaTool, findTemporalServer } from '../embedded/temporal-program.ts'

/** The programs that the containers run, and the Debian package each comes from; it may have another name there. */
const fromPackages = [
  { program: 'haproxy', packageName: 'haproxy' },
  { program: 'prometheus', packageName: 'prometheus' },
  { program: 'promtool', packageName: 'prometheus' },
  { program: 'alertmanager', packageName: 'prometheus-alertmanager', alias: 'prometheus-alertmanager' },
  { program: 'amtool', packageName: 'prometheus-alertmanager' },
  { program: 'redis-server', packageName: 'redis-server' },
  { program: 'redis-cli', packageName: 'redis-tools' },
  { program: 'bash', packageName: 'bash' },
  { program: 'sh', packageName: 'dash' },
  { program: 'cat', packageName: 'coreutils' },
] as const

/** Debian keeps servers where only root's PATH looks. */
const searched = `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`

/**
 * One folder with every program under the name its image has, to be the only PATH of the containers. Temporal's are built when
 * the user has none yet. Throws programs_missing.
 */
export async function collectPrograms(folder: string, say: (line: string) => void): Promise<void> {
  const found = fromPackages.map(({ program, packageName, ...other }) => ({
    program,
    packageName,
    path: findOnPath(program, searched) ?? ('alias' in other ? findOnPath(other.alias, searched) : undefined),
  }))
  const missing = found.filter(({ path }) => path === undefined)
  if (missing.length > 0) {
    const names = [...new Set(missing.map(({ packageName }) => packageName))].join(' ')
    throw new SetupError(
      'programs_missing',
      `The production form needs ${missing.map(({ program }) => program).join(', ')}, which are not on the PATH.`,
      `Debian, Ubuntu: sudo apt-get install -y --no-install-recommends ${names}`,
    )
  }
  const temporal = [
    { program: 'temporal-server', path: await findTemporalServer(say) },
    { program: 'temporal-sql-tool', path: await findSchemaTool(say) },
  ]
  await mkdir(folder, { recursive: true })
  for (const { program, path } of [...found, ...temporal, { program: 'node', path: process.execPath }])
    if (path !== undefined) await symlink(path, join(folder, program))
}

/** Programs whose version has to be that of an image's tag, and how each says it. */
const versioned = [
  { image: 'haproxy', program: 'haproxy', says: /HAProxy version (\d+\.\d+)/ },
  { image: 'prom/prometheus', program: 'prometheus', says: /prometheus, version (\d+\.\d+)/ },
  { image: 'prom/alertmanager', program: 'alertmanager', says: /alertmanager, version (\d+\.\d+)/ },
  { image: 'redis', program: 'redis-server', says: /v=(\d+\.\d+)/ },
] as const

/** Which programs are of another version than the image that they stand for; patches do not count. */
export async function otherVersions(folder: string, tagOf: (image: string) => string): Promise<string[]> {
  const compared = versioned.map(async ({ image, program, says }) => {
    const flag = program === 'haproxy' ? '-v' : '--version'
    const { stdout, stderr } = await promisify(execFile)(join(folder, program), [flag])
    const here = says.exec(`${stdout}${stderr}`)?.[1] ?? 'unknown'
    return tagOf(image).replace(/^v/, '').startsWith(`${here}.`)
      ? []
      : [`${program} ${here} for ${image}:${tagOf(image)}`]
  })
  return (await Promise.all(compared)).flat()
}
