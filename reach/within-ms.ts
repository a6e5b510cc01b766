/**
 * The answer if it comes in time; a late or failed one is as good as none.
 *
 * @param onFailure hears of a failure, also of one that comes too late.
 */
export async function withinMs<T>(
  ms: number,
  answer: Promise<T>,
  onFailure: (error: unknown) => void = () => {},
): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<undefined>(resolve => (timer = setTimeout(() => resolve(undefined), ms)))
  const answered = answer.catch((error: unknown): undefined => {
    onFailure(error)
  })
  try {
    return (await Promise.race([answered, late])) ?? undefined
  } finally {
    clearTimeout(timer)
  }
}
