/** Drills and the runbook they rehearse lie in the same folder and are called alike. */
import { existsSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { exitCodes } from '../exit-codes.ts'
import { Failure } from '../failure.ts'

/** `x.yaml` or `x.yml` of `x.drill.yaml`; where neither is there, `expected` is what it should be called. */
export function runbookBeside(drillFile: string): { file: string } | { expected: string } {
  const stem = join(dirname(drillFile), basename(drillFile).replace(/\.drill\.ya?ml$/, ''))
  const file = [`${stem}.yaml`, `${stem}.yml`].find(one => existsSync(one))
  return file === undefined ? { expected: `${stem}.yaml` } : { file }
}

/** `x.drill.yaml` or `x.drill.yml` of `x.yaml`; undefined when neither is there. */
export function drillsBeside(runbookFile: string): string | undefined {
  const stem = runbookFile.replace(/\.ya?ml$/, '')
  return [`${stem}.drill.yaml`, `${stem}.drill.yml`].find(one => existsSync(one))
}

export function unreadableDrills(path: string, reason: string): Failure {
  return new Failure('unreadable_file', `No drills could be read from ${path}: ${reason}.`, {
    hint: 'give the path of a .drill.yaml file, of a runbook, or of a folder with some',
    exitCode: exitCodes.usage,
  })
}
