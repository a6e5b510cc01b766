/** Does a thing for each of many, so many at a time; the answers come in the order of the questions. */
export async function inLanes<T, R>(
  lanes: number,
  items: readonly T[],
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const answers = Array.from<R>({ length: items.length })
  const queue = items.entries()
  const lane = async (): Promise<void> => {
    for (const [index, item] of queue) answers[index] = await work(item)
  }
  await Promise.all(Array.from({ length: lanes }, lane))
  return answers
}
