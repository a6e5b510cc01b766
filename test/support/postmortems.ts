import type { PostmortemContent } from '../../contracts/postmortem.ts'

/** Something in every section: complete enough to be published. */
export const fullSections: PostmortemContent['sections'] = {
  customers: 'Nobody could pay for eleven minutes.',
  cause: 'A code path kept its connections.',
  detection: 'The pool was watched, its growth was not.',
  prevention: 'Connections are given back by the pool itself.',
  changes: 'An alert on the growth of the pool.',
  lessons: 'The runbook worked at its first step.',
}
