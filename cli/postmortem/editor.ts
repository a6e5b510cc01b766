import { spawn } from 'node:child_process'
import { Failure } from '../failure.ts'

/** Opens a file in the person's own editor and waits until it is closed. Throws `editor_failed`; `again` is the command to repeat. */
export async function openInEditor(file: string, env: NodeJS.ProcessEnv, again: string): Promise<void> {
  const editor = namedEditor(env) ?? 'vi'
  // A shell, because the variable may hold options: `code --wait`. The file's name is an argument, never part of the command.
  const child = spawn('/bin/sh', ['-c', `${editor} "$1"`, 'sh', file], { stdio: 'inherit' })
  // Ctrl-C belongs to the editor while it is open.
  const ignore = (): void => undefined
  process.on('SIGINT', ignore)
  try {
    const exitCode = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject)
      child.once('close', resolve)
    })
    if (exitCode === 0) return
    throw new Failure('editor_failed', `The editor "${editor}" ended with ${exitCode ?? 'a signal'}.`, {
      hint: `with another one: EDITOR=nano ${again}`,
    })
  } finally {
    process.off('SIGINT', ignore)
  }
}

/** The editor of VISUAL or EDITOR. */
export function namedEditor(env: NodeJS.ProcessEnv): string | undefined {
  return [env['VISUAL'], env['EDITOR']].find(word => word !== undefined && word !== '')
}
