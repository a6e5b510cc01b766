/** An incident whose code is broken: a plain error fails the workflow task, which Temporal tries again. */
export async function incident(): Promise<never> {
  throw new Error('the code is broken')
}
