/** What a source file loads when it runs: the files of ours, however deep, and the packages. */
import { readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { projectDir } from './documents.ts'

/** Imports, exports-from and the dynamic ones; `import type` is gone when the code runs. */
const loads = /(?:^|\n)\s*(?:import|export)\s+(?!type\s)(?:[^'";]*?\sfrom\s+)?'([^']+)'|import\('([^']+)'\)/g

export function loadedBy(entries: readonly string[]): { files: string[]; packages: string[] } {
  const files = new Set<string>()
  const packages = new Set<string>()
  const visit = (file: string): void => {
    if (files.has(file)) return
    files.add(file)
    for (const [, first, second] of readFileSync(join(projectDir, file), 'utf8').matchAll(loads)) {
      const specifier = first ?? second ?? ''
      if (specifier.startsWith('.')) visit(relative(projectDir, join(projectDir, dirname(file), specifier)))
      else if (!specifier.startsWith('node:')) packages.add(packageOf(specifier))
    }
  }
  for (const entry of entries) visit(entry)
  return { files: [...files].toSorted(), packages: [...packages].toSorted() }
}

function packageOf(specifier: string): string {
  const [scope = '', name = ''] = specifier.split('/')
  return scope.startsWith('@') ? `${scope}/${name}` : scope
}
