/** Which runbook a file of drills rehearses: the one that is called like it, in the same folder. */
import { existsSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'

/** `x.yaml` or `x.yml` of `x.drill.yaml`; where neither is there, `expected` is what it should be called. */
export function runbookBeside(drillFile: string): { file: string } | { expected: string } {
  const stem = join(dirname(drillFile), basename(drillFile).replace(/(\.drill)?\.ya?ml$/, ''))
  const beside = [`${stem}.yaml`, `${stem}.yml`].filter(file => file !== join(drillFile))
  const file = beside.find(one => existsSync(one))
  return file === undefined ? { expected: `${stem}.yaml` } : { file }
}
