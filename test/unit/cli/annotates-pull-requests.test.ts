import { expect, test } from 'vitest'
import { githubAnnotation } from '../../../cli/lint/github-annotations.ts'

const fault = {
  file: 'a.yaml',
  line: 2,
  column: 7,
  code: 'shape' as const,
  message: '`kind` must be Runbook',
}

test('a fault is one workflow command', () => {
  expect(githubAnnotation(fault, 'runbook lint')).toBe(
    '::error file=a.yaml,line=2,col=7,title=runbook lint%3A shape::`kind` must be Runbook',
  )
})

test('a warning is one that stops nothing', () => {
  expect(githubAnnotation({ ...fault, isWarning: true }, 'runbook lint')).toMatch(/^::warning file=a\.yaml,/)
})

test('the hint is a line of its own', () => {
  expect(githubAnnotation({ ...fault, hint: 'did you mean `Runbook`?' }, 'runbook lint')).toMatch(
    /::`kind` must be Runbook%0Ahint: did you mean `Runbook`\?$/,
  )
})

test('what is quoted ends no property and begins no command', () => {
  const quoting = { file: 'a,line=1::b%.yaml', message: 'unknown key `x\r\n::error file=y::100%`' }
  const annotation = githubAnnotation({ ...fault, ...quoting }, 'runbook lint')
  expect(annotation).toBe(
    '::error file=a%2Cline=1%3A%3Ab%25.yaml,line=2,col=7,title=runbook lint%3A shape::unknown key `x\u{fffd}\u{fffd}::error file=y::100%25`',
  )
  expect(annotation).not.toMatch(/[\r\n]/)
})
