import { chmod, mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { removePostgresData } from './postgres-binaries.ts'

/** Where `npm start` keeps everything: one folder of the clone, ignored by git. */
export type DataFolder = {
  path: string
  lock: string
  processes: string
  token: string
  connection: string
  postgres: string
  temporal: string
  redis: string
  logOf(name: string): string
}

export async function openDataFolder(projectDir: string): Promise<DataFolder> {
  const path = join(projectDir, '.paramedic')
  await mkdir(join(path, 'logs'), { recursive: true })
  // The access token and the databases are in there, and an installation may have made the folder readable to all.
  await chmod(path, 0o700)
  return {
    path,
    lock: join(path, 'start.lock'),
    processes: join(path, 'processes.json'),
    token: join(path, 'token'),
    connection: join(path, 'connection.json'),
    postgres: join(path, 'postgres'),
    temporal: join(path, 'temporal'),
    redis: join(path, 'redis'),
    logOf: name => join(path, 'logs', `${name}.log`),
  }
}

/** Removes the data and logs of `npm start`; only for the holder of the lock, when nothing runs. */
export async function removeData(folder: DataFolder): Promise<void> {
  await removePostgresData(folder.postgres)
  for (const name of await readdir(folder.path)) {
    // The locks are in use by this very command, and a test run or a bench beside it has data of its own.
    if (name.endsWith('.lock') || name.startsWith('test-') || name.startsWith('bench')) continue
    await rm(join(folder.path, name), { recursive: true, force: true })
  }
  await mkdir(join(folder.path, 'logs'))
}
