/** Calls back once when the process that started this one is gone, where npm did. Returns what stops watching. */
export function whenParentIsGone(act: () => void): () => void
