import { readdirSync, readFileSync } from 'node:fs'

/** Clock ticks in /proc, USER_HZ: 100 on every Linux (proc(5)). */
const ticksPerSecond = 100

export interface Figures {
  name: string
  /** Proportional set size of the process and all below it, in MiB: shared memory is counted once. */
  memoryMb: number
  /** Of the processes that run now; what a killed one used is gone. */
  cpuSeconds: number
}

/** What the processes below these use. Linux only; elsewhere there are none. */
export function readFigures(processes: readonly { name: string; pid: number }[]): Figures[] {
  if (process.platform !== 'linux') return []
  const children = readChildren()
  const below = (pid: number): number[] => [pid, ...(children.get(pid) ?? []).flatMap(below)]
  return processes.map(({ name, pid }) => {
    const all = below(pid)
    return { name, memoryMb: sum(all.map(memoryOf)), cpuSeconds: sum(all.map(cpuOf)) }
  })
}

export function figuresTable(figures: readonly Figures[]): string[] {
  return figures.map(
    ({ name, memoryMb, cpuSeconds }) =>
      `  ${name.padEnd(20)} ${memoryMb.toFixed(0).padStart(6)} MiB ${cpuSeconds.toFixed(1).padStart(7)} s`,
  )
}

function readChildren(): Map<number, number[]> {
  const children = new Map<number, number[]>()
  for (const name of readdirSync('/proc').filter(entry => /^\d+$/.test(entry))) {
    const parent = Number(statOf(Number(name))[1])
    children.set(parent, [...(children.get(parent) ?? []), Number(name)])
  }
  return children
}

/** proc(5): state, parent, ... after the command, which stands in parentheses and may hold spaces. */
function statOf(pid: number): string[] {
  const stat = read(`/proc/${pid}/stat`)
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')
}

function cpuOf(pid: number): number {
  const fields = statOf(pid)
  return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) / ticksPerSecond
}

function memoryOf(pid: number): number {
  return Number(/^Pss:\s+(\d+) kB$/m.exec(read(`/proc/${pid}/smaps_rollup`))?.[1] ?? 0) / 1024
}

/** A process may end while it is read. */
function read(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
