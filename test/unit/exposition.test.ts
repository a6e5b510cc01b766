import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  ExpositionSyntaxError,
  parseExposition,
  type Sample,
} from '../../activities/targets/prometheus/exposition.ts'

describe('the Prometheus text format', () => {
  it('reads the example of its documentation', () => {
    const samples = parseExposition(
      [
        '# HELP http_requests_total The total number of HTTP requests.',
        '# TYPE http_requests_total counter',
        'http_requests_total{method="post",code="200"} 1027 1395066363000',
        'http_requests_total{method="post",code="400"}    3 1395066363000',
        '',
        '# Escaping in label values:',
        'msdos_file_access_time_seconds{path="C:\\\\DIR\\\\FILE.TXT",error="Cannot find file:\\n\\"FILE.TXT\\""} 1.458255915e9',
        '# Minimalistic line:',
        'metric_without_timestamp_and_labels 12.47',
        '# A weird metric from before the epoch:',
        'something_weird{problem="division by zero"} +Inf -3982045',
        '# TYPE rpc_duration_seconds summary',
        'rpc_duration_seconds{quantile="0.01"} 3102',
      ].join('\n') + '\n',
    )
    expect(samples).toEqual([
      sample('http_requests_total', { method: 'post', code: '200' }, 1027, 1395066363000),
      sample('http_requests_total', { method: 'post', code: '400' }, 3, 1395066363000),
      sample(
        'msdos_file_access_time_seconds',
        { path: 'C:\\DIR\\FILE.TXT', error: 'Cannot find file:\n"FILE.TXT"' },
        1458255915,
      ),
      sample('metric_without_timestamp_and_labels', {}, 12.47),
      sample('something_weird', { problem: 'division by zero' }, Infinity, -3982045),
      sample('rpc_duration_seconds', { quantile: '0.01' }, 3102),
    ])
  })

  it.each([
    ['a{} 1', sample('a', {}, 1)],
    ['a{b="1",} 1', sample('a', { b: '1' }, 1)],
    ['a { b = "}" , c="," } NaN', sample('a', { b: '}', c: ',' }, NaN)],
    ['\ta\t1\r', sample('a', {}, 1)],
    ['a{__proto__="x"} .5', sample('a', JSON.parse('{"__proto__":"x"}'), 0.5)],
    ['a{b="1"}2', sample('a', { b: '1' }, 2)],
    ['a -inf', sample('a', {}, -Infinity)],
    ['a 5.', sample('a', {}, 5)],
  ])('reads %j', (line, expected) => {
    expect(parseExposition(line)).toEqual([expected])
  })

  it.each([
    'a',
    'a ',
    '1a 1',
    'a{b} 1',
    'a{b=} 1',
    'a{b="x} 1',
    'a{b="\\t"} 1',
    'a{b="1" c="2"} 1',
    'a{b="1",b="2"} 1',
    'a{,} 1',
    'a{b="1"',
    'a 0x10',
    'a 1_000',
    'a 1,5',
    'a 1 2.5',
    'a 1 2 3',
    'a-b 1',
    '<html>',
    '{"a"} 1',
    'a 1 # {trace="1"} 1',
  ])('refuses %j with its line', line => {
    const parse = () => parseExposition(`ok 1\n${line}\n`)
    expect(parse).toThrow(ExpositionSyntaxError)
    expect(parse).toThrow(/^line 2: expected /)
  })

  it('reads back whatever is written in it', () => {
    fc.assert(
      fc.property(fc.array(anySample, { maxLength: 20 }), samples => {
        expect(parseExposition(samples.map(written).join(''))).toEqual(samples)
      }),
    )
  })

  it('reads or refuses any text, and never anything else', () => {
    const texts = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.stringMatching(/^[ab{}="\\n,0-9. #\t\r]*$/),
      fc.tuple(anySample, fc.nat(), fc.string()).map(([one, at, noise]) => spliced(written(one), at, noise)),
    )
    fc.assert(
      fc.property(texts, text => {
        try {
          for (const { name, value } of parseExposition(text)) {
            expect(name).toMatch(/^[a-zA-Z_:][a-zA-Z0-9_:]*$/)
            expect(typeof value).toBe('number')
          }
        } catch (error) {
          expect(error).toBeInstanceOf(ExpositionSyntaxError)
        }
      }),
      { numRuns: 5_000 },
    )
  })

  it('reads a hostile megabyte in linear time', () => {
    const lines = [`a{b="${'\\\\'.repeat(500_000)}`, `a${' '.repeat(1_000_000)}x`, 'a{'.repeat(500_000)]
    const startedMs = performance.now()
    for (const line of lines) expect(() => parseExposition(line)).toThrow(ExpositionSyntaxError)
    expect(performance.now() - startedMs).toBeLessThan(2_000)
  })
})

const anySample: fc.Arbitrary<Sample> = fc
  .record({
    name: fc.stringMatching(/^[a-zA-Z_:][a-zA-Z0-9_:]*$/),
    labels: fc.uniqueArray(
      fc.tuple(fc.stringMatching(/^[a-zA-Z_][a-zA-Z0-9_]*$/), fc.string({ unit: 'binary' })),
      {
        selector: ([name]) => name,
        maxLength: 5,
      },
    ),
    value: fc.double(),
    timestampMs: fc.option(fc.maxSafeInteger(), { nil: undefined }),
  })
  .map(({ labels, timestampMs, ...rest }) => ({
    ...rest,
    // A text has no negative zero of its own that anybody compares.
    value: rest.value === 0 ? 0 : rest.value,
    labels: new Map(labels),
    ...(timestampMs === undefined ? {} : { timestampMs }),
  }))

function written({ name, labels, value, timestampMs }: Sample): string {
  const escaped = (text: string) =>
    text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
  const pairs = [...labels].map(([label, text]) => `${label}="${escaped(text)}"`).join(',')
  const number = Number.isNaN(value) ? 'NaN' : String(value).replace('Infinity', 'Inf')
  return `${name}${labels.size > 0 ? `{${pairs}}` : ''} ${number}${timestampMs === undefined ? '' : ` ${timestampMs}`}\n`
}

function spliced(text: string, at: number, noise: string): string {
  const place = at % (text.length + 1)
  return text.slice(0, place) + noise + text.slice(place + 1)
}

function sample(name: string, labels: Record<string, string>, value: number, timestampMs?: number): Sample {
  const base = { name, labels: new Map(Object.entries(labels)), value }
  return timestampMs === undefined ? base : { ...base, timestampMs }
}
