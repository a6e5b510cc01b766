import { readFileSync } from 'node:fs'

/** Files that variables name, read once when a process starts: certificates, keys, and whole values that are secrets. */
export interface NamedFiles {
  /** What could not be read, in sentences without values. */
  faults: string[]
  /** The file that a variable names; undefined without the variable, and with a fault. */
  read(variable: string): Buffer | undefined
  /** Takes the variable's value from the file that `<variable>_FILE` names. */
  fill(variable: string): void
}

/** Reads the files that these variables name; `fill` adds to them. */
export function createNamedFiles(variables: NodeJS.ProcessEnv): NamedFiles {
  const faults: string[] = []
  const read = (variable: string): Buffer | undefined => {
    const path = variables[variable]
    if (path === undefined) return undefined
    try {
      return readFileSync(path)
    } catch (error) {
      faults.push(`${variable} names a file that cannot be read (${reasonOf(error)})`)
      return undefined
    }
  }
  return {
    faults,
    read,
    fill(variable) {
      const file = `${variable}_FILE`
      if (variables[file] === undefined) return
      if (variables[variable] !== undefined) faults.push(`${variable} and ${file} are both set`)
      else variables[variable] = read(file)?.toString().trimEnd()
    },
  }
}

/** The system's own word (ENOENT, EACCES); the message would repeat the path and nothing else. */
export function reasonOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error)
}
