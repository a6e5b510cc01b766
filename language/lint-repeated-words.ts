/** Lists of names in which each says something once. */
import type { Finding, Path } from './fault.ts'
import { listAt } from './tree.ts'

export function lintRepeatedWords(tree: unknown): Finding[] {
  const lists: Path[] = [
    ...listAt(tree, ['mitigate']).flatMap((_, index): Path[] => [
      ['mitigate', index, 'gate', 'approvers'],
      ['mitigate', index, 'by'],
    ]),
    ['verify', 'checks'],
    ...listAt(tree, ['escalate']).map((_, index) => ['escalate', index, 'page']),
    ...listAt(tree, ['communication']).flatMap((_, index) => [
      ['communication', index, 'on'],
      ['communication', index, 'tell'],
    ]),
    ['postmortem', 'for'],
  ]
  return lists.flatMap(path => repeatedIn(tree, path))
}

function repeatedIn(tree: unknown, path: Path): Finding[] {
  const words = listAt(tree, path)
  return words.flatMap((word, index): Finding[] =>
    typeof word === 'string' && words.indexOf(word) < index
      ? [{ path: [...path, index], message: `\`${word}\` stands in \`${String(path.at(-1))}\` twice` }]
      : [],
  )
}
