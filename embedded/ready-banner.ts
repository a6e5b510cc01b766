import type { TokenFile } from './own-configuration.ts'

/** The last words of `npm start`: where it is, who one may be, what to do next. */
export function banner(about: {
  apiUrl: string
  logs: string
  needsSandbox: boolean
  hasTemporal: boolean
  /** Of an own configuration; the sandbox knows its person. */
  whoMayAct: readonly TokenFile[]
  /** Files that are held back for their faults. */
  faultyRunbooks: readonly string[]
}): string {
  const rows: [string, string][] = [
    ...about.faultyRunbooks.map((file): [string, string] => [
      'faulty runbook',
      `${file}, see npx paramedic runbook list`,
    ]),
    ['API', about.apiUrl],
    ...about.whoMayAct.map(({ principal, file }): [string, string] => [
      `as ${principal}:`,
      `export PARAMEDIC_TOKEN_FILE=${file}`,
    ]),
    about.needsSandbox
      ? ['break something:', 'npx paramedic sandbox break idle-connections']
      : ['look at it:', 'npx paramedic doctor'],
    ['logs', about.logs],
    ['stop', 'Ctrl-C'],
  ]
  const width = Math.max(...rows.map(([name]) => name.length))
  const lines = rows.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`)
  return [about.hasTemporal ? 'ready' : 'ready, but without Temporal', '', ...lines, ''].join('\n')
}
