import { createHash } from 'node:crypto'
import { gunzipSync } from 'node:zlib'
import { limits } from '../contracts/limits.ts'

/** The JSON of an archived history when it is the one that was archived; else what is wrong with the file. */
export function openHistoryFile(
  file: Uint8Array,
  archived: { sha256: string },
): { json: string } | { problem: string } {
  let json: Buffer
  try {
    json = gunzipSync(file, { maxOutputLength: limits.historyBytes })
  } catch (error) {
    return {
      problem: `its file cannot be unpacked (${error instanceof Error ? error.message : String(error)})`,
    }
  }
  const sha256 = createHash('sha256').update(json).digest('hex')
  if (sha256 === archived.sha256) return { json: json.toString('utf8') }
  return {
    problem: `its file has SHA-256 ${sha256.slice(0, 12)}, and ${archived.sha256.slice(0, 12)} was archived`,
  }
}
