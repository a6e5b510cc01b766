import { expect, test } from 'vitest'
import { lintTogether } from '../../language/lint-together.ts'
import { parseRunbook } from '../../language/parse-runbook.ts'

function file(name: string, match: string, more = '') {
  const text = `apiVersion: paramedic/v1
kind: Runbook
metadata: { name: ${name}, title: A, owner: team }
${more}
match: ${match}
triage: { severity: [{ is: SEV3 }] }
escalate: [{ after: 0m, page: [on-call] }]
`
  const parsed = parseRunbook(text, `${name}.yaml`)
  if ('faults' in parsed) throw new Error(JSON.stringify(parsed.faults))
  return { ...parsed, file: `${name}.yaml` }
}

const down = `alert.labels.alertname == "Down"`

test.each<[string, string, string, boolean]>([
  ['the same question', down, down, true],
  ['the same label with another text', down, `alert.labels.alertname == "Slow"`, false],
  ['the label written the other way', down, `"Slow" == alert.labels["alertname"]`, false],
  ['a list that has the text, and asks for less', down, `alert.labels.alertname in ["Down", "Slow"]`, false],
  ['a list that has not', down, `alert.labels.alertname in ["Late", "Slow"]`, false],
  ['texts joined by or', down, `alert.labels.alertname == "Late" || alert.labels.alertname == "Slow"`, false],
  [
    'texts of different labels joined by or',
    down,
    `alert.labels.alertname == "Late" || alert.labels.job == "x"`,
    true,
  ],
  ['another label', down, `alert.labels.job == "shop"`, true],
  ['a label and an annotation of one name', `alert.labels.a == "x"`, `alert.annotations.a == "y"`, true],
  ['more terms', down, `${down} && alert.labels.job == "shop"`, false],
  [
    'as many terms, apart in one of them',
    `${down} && alert.labels.job == "a"`,
    `alert.labels.job == "b" && ${down}`,
    false,
  ],
  ['what nobody can tell apart', `alert.labels.job.contains("a")`, `alert.labels.job.contains("b")`, true],
  ['a text that begins so', `alert.labels.job == "api-eu"`, `alert.labels.job.startsWith("api")`, false],
  ['a text that begins otherwise', `alert.labels.job == "web"`, `alert.labels.job.startsWith("api")`, false],
  ['a beginning of another label', down, `alert.labels.job.startsWith("api")`, true],
  [
    'one of whose ways begins otherwise',
    `alert.labels.job == "web" || alert.labels.job == "api"`,
    `alert.labels.job.startsWith("api")`,
    true,
  ],
  [
    'two beginnings, one longer',
    `alert.labels.job.startsWith("api")`,
    `alert.labels.job.startsWith("api-e")`,
    false,
  ],
  [
    'two beginnings that no text has',
    `alert.labels.job.startsWith("api")`,
    `alert.labels.job.startsWith("web")`,
    false,
  ],
])('%s', (_, one, other, isTied) => {
  const faults = lintTogether([file('apple', `'${one}'`), file('zebra', `'${other}'`)])
  expect(faults).toEqual(
    isTied
      ? [
          {
            code: 'match',
            file: 'zebra.yaml',
            line: 5,
            column: 1,
            message: 'can hold for the same alert as that of `apple` in apple.yaml, and neither goes first',
            hint: 'give one of them a higher `priority`, or ask for more in its `match`',
          },
        ]
      : [],
  )
})

test('of a file that goes together with none of hundreds the first twenty are told', () => {
  const copies = Array.from({ length: 100 }, (_, nth) => ({
    ...file('apple', `'${down}'`),
    file: `${nth}.yaml`,
  }))
  // Those before the twentieth have fewer neighbours.
  expect(lintTogether(copies)).toHaveLength((20 * 19) / 2 + 80 * 20)
})

test('a priority puts one first', () => {
  expect(lintTogether([file('apple', `'${down}'`), file('zebra', `'${down}'`, 'priority: 1')])).toEqual([])
})

test('a name that is taken is said at the name, once, whatever the matches are', () => {
  const again = { ...file('apple', `'${down}'`), file: 'other/apple.yaml' }
  expect(lintTogether([file('apple', `'${down}'`), again])).toMatchObject([
    { line: 3, column: 19, message: 'runbook `apple` is in apple.yaml already' },
  ])
})
