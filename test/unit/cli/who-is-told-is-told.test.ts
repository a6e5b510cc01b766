import { describe, expect, it } from 'vitest'
import { compareRunbooks } from '../../../cli/compare/runbooks.ts'
import { whoIsTold } from '../../../cli/explain/communication.ts'
import type { Communication } from '../../../contracts/communication.ts'
import { emptyRunbook } from '../../support/incidents.ts'

const opened: Communication = { on: ['opened', 'resolved'], tell: ['product-owner', 'support'] }
const regular: Communication = { everyMs: 1_800_000, tell: ['support'], say: 'We work on it.' }

it('is explained in words, with the condition and what is said', () => {
  expect(
    whoIsTold([{ ...opened, when: 'incident.impact' }, { ...regular, until: 'mitigated' }, regular]),
  ).toEqual([
    {
      text: 'When it opens and when it is over: product-owner and support, if',
      condition: 'incident.impact',
    },
    {
      text: 'Every 30 minutes until a recovery is measured: support.',
      facts: [{ label: 'in these words', text: 'We work on it.' }],
    },
    {
      text: 'Every 30 minutes until it is over: support.',
      facts: [{ label: 'in these words', text: 'We work on it.' }],
    },
    { text: 'The stakeholders of the configuration are told as well; nobody is woken.' },
  ])
  expect(whoIsTold([])).toEqual([])
})

describe('a change of it', () => {
  const told = (before: Communication[], after: Communication[]): [string, string][] =>
    compareRunbooks(
      { ...emptyRunbook, communication: before },
      { ...emptyRunbook, communication: after },
    ).map(({ effect, text }) => [effect, text])

  it.each<[string, Communication[], Communication[], [string, string][]]>([
    [
      'a rule that is gone',
      [opened, regular],
      [regular],
      [['loosens', 'Not told any more when it opens and when it is over: product-owner and support']],
    ],
    ['a rule that is new', [], [regular], [['tightens', 'Told every 30 minutes until it is over: support']]],
    [
      'somebody who is not told any more',
      [opened],
      [{ ...opened, tell: ['support'] }],
      [['loosens', 'Told when it opens and when it is over: support instead of product-owner and support']],
    ],
    [
      'an event that is not told any more',
      [opened],
      [{ ...opened, on: ['resolved'] }],
      [
        [
          'loosens',
          'product-owner and support are told when it is over instead of when it opens and when it is over',
        ],
      ],
    ],
    [
      'rarer updates, that end earlier, in other words',
      [regular],
      [{ everyMs: 3_600_000, until: 'mitigated', tell: ['support'], say: 'Wait.' }],
      [
        ['loosens', 'support is told how it stands again after 1 hour instead of 30 minutes'],
        [
          'loosens',
          'Updates come every hour until a recovery is measured, before every 30 minutes until it is over: support',
        ],
        [
          'changes',
          'What is said every hour until a recovery is measured is "Wait." instead of "We work on it."',
        ],
      ],
    ],
    [
      'a condition that is new',
      [regular],
      [{ ...regular, when: 'incident.impact' }],
      [['loosens', 'The condition of what is told every 30 minutes until it is over is new']],
    ],
    ['another order of rules', [opened, regular], [regular, opened], []],
  ])('%s', (_, before, after, changes) => expect(told(before, after)).toEqual(changes))
})
