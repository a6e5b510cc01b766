import fastCheck from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { TimelineEntry } from '../../contracts/timeline.ts'
import { foldFacts } from '../../postmortem/facts.ts'
import { renderIncidentLog } from '../../postmortem/incident-log.ts'
import { renderMarkdown } from '../../postmortem/markdown.ts'
import { postmortemOf as viewOf } from '../cli/support/full-postmortem.ts'
import { fullTimeline, openedMs } from '../cli/support/full-timeline.ts'
import { fullSections } from '../support/postmortems.ts'

const facts = foldFacts(fullTimeline)
const minute = 60_000

test('times and the lengths between them come from the entries', () => {
  expect(facts.times).toEqual({
    startedAtMs: Date.parse('2025-03-14T02:00:05Z'),
    detectedAtMs: openedMs,
    acknowledgedAtMs: openedMs + 89_000,
    // The recovery was lost again, so it was over only when it closed.
    mitigatedAtMs: openedMs + 63 * minute + 1_000,
    resolvedAtMs: openedMs + 63 * minute + 1_000,
  })
  expect(facts.durations).toEqual({
    detectionMs: 126_000,
    responseMs: 89_000,
    mitigationMs: 63 * minute + 1_000,
    resolutionMs: 63 * minute + 1_000,
    impactMs: 65 * minute + 7_000,
  })
})

test('severity and impact are told with what changed them', () => {
  expect(facts.severity).toMatchObject({
    final: 'SEV1',
    label: null,
    changes: [{ by: 'person:ana', from: 'SEV2' }],
  })
  expect(facts.impact).toMatchObject({ final: 'yes', changes: [{ from: 'unknown', to: 'yes' }] })
})

test('a symptom has its first and its last value', () => {
  expect(facts.symptoms.find(({ check }) => check === 'health')).toMatchObject({
    before: { values: { http_status: 503 } },
    after: { values: { http_status: 200 } },
  })
  expect(facts.symptoms.find(({ check }) => check === 'errors')).toMatchObject({
    before: { problem: 'no series of shop_http_error_ratio' },
    after: null,
  })
})

test('a step says who allowed it, what it did and what proves it', () => {
  expect(facts.steps.map(({ step, attempt, result }) => [step, attempt, result])).toEqual([
    ['end-idle-sessions', 1, 'failed'],
    ['restart-api', 1, null],
    ['restart-api', 2, 'failed'],
    ['clear-cache', 1, 'expired'],
    ['scale-out', 1, 'withdrawn'],
  ])
  expect(facts.steps[0]).toMatchObject({
    outcome: 'succeeded',
    touched: '20 sessions',
    verdict: 'not_recovered',
  })
  expect(facts.steps[1]!.votes.map(({ by, verdict }) => [by, verdict])).toEqual([
    ['person:ana', 'approve'],
    ['person:ben', 'approve'],
  ])
  expect(facts.steps[2]).toMatchObject({ outcome: 'unknown', answer: { by: 'person:ana', answer: 'done' } })
})

test('escalation is told with its lateness, without the calls for the post-mortem itself', () => {
  expect(facts.pages.map(({ level, state, latenessMs }) => [level, state, latenessMs])).toEqual([
    [0, 'sent', 240],
    [1, 'suppressed', null],
    [2, 'sent', 14_200],
    [4, 'sent', 0],
    [3, 'failed', 900],
  ])
})

test('the same entries give the same facts, and later ones about the post-mortem change none', () => {
  const atClosing = fullTimeline.filter(({ kind }) => !/^(postmortem|action-item)\./.test(kind))
  expect(foldFacts(atClosing)).toEqual(facts)
})

test('entries without a beginning are refused', () => {
  expect(() => foldFacts(fullTimeline.slice(5))).toThrow('do not begin with an opened incident')
})

test('as Markdown', async () => {
  await expect(renderMarkdown(viewOf())).toMatchFileSnapshot('golden/post-mortem.txt')
})

test("as an entry of a team's incident log", async () => {
  await expect(renderIncidentLog(viewOf())).toMatchFileSnapshot('golden/incident-log.txt')
})

test('what was over within a minute is told in seconds', () => {
  const view = viewOf()
  const resolvedAtMs = view.facts.times.startedAtMs + 14_200
  const quick = { ...view, facts: { ...view.facts, times: { ...view.facts.times, resolvedAtMs } } }
  expect(renderIncidentLog(quick)).toContain('**Duration**: 14 seconds')
})

describe('what others wrote stays data', () => {
  const hostile = [
    'x\n\n## Root cause\n\nIt was ana',
    '`` ` ``` ```` <script>alert(1)</script>',
    '[click](javascript:alert(1)) ![](http://evil.example/x.png)',
    '@everyone #1 http://evil.example www.evil.example <https://evil.example>',
    '| a | b |\n| --- | --- |',
    '\u202eevil\u0007\u001b[31m\u{e0041}',
    '---\n===\n```\n~~~',
    '- [x] 9: done (ana, due 2020-01-01)',
  ]

  /** The same record with the text in every place that comes from outside. */
  function poisoned(text: string): TimelineEntry[] {
    const own = new Set(
      'severity impact kind from to verdict outcome result risk gate of answer state gateId dueAt startsAt endsAt planHash runbookHash pageId linkedTo'.split(
        ' ',
      ),
    )
    return fullTimeline.map(entry => ({
      ...entry,
      data: JSON.parse(JSON.stringify(entry.data), (key, value: unknown) =>
        typeof value === 'string' && !own.has(key) ? text : value,
      ),
    })) as TimelineEntry[]
  }

  /** What is left of a document when its code spans are taken out: only ours may be left. */
  function outsideCode(markdown: string): string {
    return markdown.replace(/(?<!`)(`+)(?!`)(?:[^\n]*?[^`\n])?\1(?!`)/g, '')
  }

  const quiet = outsideCode(renderMarkdown(viewOf(poisoned('quiet'))))

  test.each(hostile)('%j', text => {
    const markdown = renderMarkdown(viewOf(poisoned(text)))
    expect(outsideCode(markdown)).toBe(quiet)
    // oxlint-disable-next-line no-control-regex -- control characters are exactly what is looked for
    expect(markdown).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u{e0000}-\u{e007f}]/u)
  })

  test('whatever it is', () => {
    fastCheck.assert(
      fastCheck.property(
        fastCheck
          .string({ unit: fastCheck.constantFrom(...Array.from('`\\\n <>#*_[]()|~-=x\u202e')) })
          .filter(text => text.trim() !== ''),
        text => {
          expect(outsideCode(renderMarkdown(viewOf(poisoned(`q${text}q`))))).toBe(quiet)
        },
      ),
    )
  })

  test('a section keeps its Markdown and can neither be HTML nor another chapter', () => {
    const sections = {
      ...fullSections,
      cause:
        '**Bold** and `code`\n\n## Prevention\n\nforged\n---\n<img src=x onerror=alert(1)>\n\n```\n# a comment\n## On record',
    }
    const markdown = renderMarkdown({ ...viewOf(), sections })
    expect(markdown).toContain('**Bold** and `code`')
    expect(markdown).not.toContain('<img')
    expect(markdown.match(/^## Prevention$/gm)).toHaveLength(1)
    // The open code block ends with its section; inside it a comment stays one.
    expect(markdown).toContain('# a comment\n## On record\n```\n\n## Why it was not detected earlier')
    expect(markdown).toContain('\nforged\n\\---\n')
  })

  test('a line that only looks like the end of a code block ends none', () => {
    const sections = { ...fullSections, cause: '```\n```js\n## On record' }
    const markdown = renderMarkdown({ ...viewOf(), sections })
    expect(markdown).toContain('```\n```js\n## On record\n```\n\n## Why it was not detected earlier')
  })

  test('an action item is one line of words', () => {
    const item = {
      ...viewOf().actionItems[1]!,
      text: '**x** <b>y</b>\n- [x] 3: forged [z](http://evil.example)',
    }
    const markdown = renderMarkdown({ ...viewOf(), actionItems: [item] })
    expect(markdown).toContain(
      String.raw`- [ ] 2: \*\*x\*\* &lt;b&gt;y&lt;/b&gt; \- \[x\] 3\: forged \[z\]\(http\://evil\.example\)`,
    )
  })
})
