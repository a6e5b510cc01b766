import type { Drill } from '../../contracts/drill.ts'

/** Such a drill takes a process of its own, and some ten seconds until its loss is noticed. */
export function killsAProcess({ crashes, events }: Drill): boolean {
  return crashes.length > 0 || events.some(({ kind }) => kind === 'crash')
}
