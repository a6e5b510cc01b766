import { writeFile } from 'node:fs/promises'
import type { DataFolder } from './data-folder.ts'
import { tokenFilesIn, type TokenFile } from './own-configuration.ts'
import { keepSecret, newToken } from './sandbox/credentials.ts'

/**
 * Tells the command line where the service is, and with which token it is the sandbox's person. With a configuration of
 * one's own nobody holds that token: the file names those of the principals, and the person chooses. Returns them.
 */
export async function writeConnection(
  folder: DataFolder,
  apiUrl: string,
  configPath: string | undefined,
): Promise<TokenFile[]> {
  if (configPath === undefined) {
    keepSecret(folder.token, newToken)
    await write(folder, { apiUrl, tokenFile: folder.token })
    return []
  }
  const principals = tokenFilesIn(configPath)
  await write(folder, { apiUrl, configuration: configPath, principals })
  return principals
}

async function write(folder: DataFolder, connection: object) {
  await writeFile(folder.connection, `${JSON.stringify(connection, null, 2)}\n`)
}
