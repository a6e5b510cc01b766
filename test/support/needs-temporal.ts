import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

const marks = ["inject('temporalAddress')", 'startTemporalServer(', 'bench/start.mjs', "['drill', 'play', "]
const localImport = /from '(\.{1,2}\/[^']+)'|new URL\('(\.{1,2}\/[^']+\.ts)'/g

/**
 * The test files that ask for a Temporal server, themselves or by the support they use: those to leave out where none is to
 * be had. Read from the files, because a list would be forgotten until somebody needs it.
 */
export function testsThatNeedTemporal(projectDir: string): string[] {
  const needs = new Map<string, boolean>()
  return globSync('test/**/*.test.ts', { cwd: projectDir }).filter(file =>
    needsTemporal(join(projectDir, file)),
  )

  function needsTemporal(file: string): boolean {
    const known = needs.get(file)
    if (known !== undefined) return known
    // Two files that import each other end here.
    needs.set(file, false)
    const text = readFileSync(file, 'utf8')
    const isSo = marks.some(mark => text.includes(mark)) || supportOf(file, text).some(needsTemporal)
    needs.set(file, isSo)
    return isSo
  }

  function supportOf(file: string, text: string): string[] {
    return [...text.matchAll(localImport)]
      .map(([, imported, url]) => join(dirname(file), imported ?? url ?? ''))
      .filter(path => path.startsWith(join(projectDir, 'test')) && existsSync(path))
  }
}
