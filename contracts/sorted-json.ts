/**
 * The same text for the same value, whatever the order of its keys: a version of a runbook comes from its row to some and from an
 * input to others. For comparing inside workflows, where the canonical JSON that is hashed is out of reach.
 */
export function sortedJson(value: object | undefined): string {
  return JSON.stringify(value ?? null, (_, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).toSorted(([one], [other]) => (one < other ? -1 : 1)))
      : inner,
  )
}
