import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { printAboveProgress, startProgress } from '../../embedded/progress.mjs'

const erase = '\r\u001b[2K'
const { isTTY, columns } = process.stderr
let said: string

beforeEach(() => {
  vi.useFakeTimers()
  said = ''
  for (const stream of [process.stdout, process.stderr]) {
    vi.spyOn(stream, 'write').mockImplementation(text => {
      said += String(text)
      return true
    })
  }
})

afterEach(() => {
  vi.restoreAllMocks()
  vi.useRealTimers()
  Object.assign(process.stderr, { isTTY, columns })
})

test('what is done within two seconds is not worth a word', () => {
  const progress = startProgress('starting redis', 'the api')
  vi.advanceTimersByTime(1_900)
  progress.done()
  expect(said).toBe('')
})

test('without a terminal it is a line every ten seconds', () => {
  Object.assign(process.stderr, { isTTY: false })
  const progress = startProgress('building the server', 'starting it')
  vi.advanceTimersByTime(13_000)
  progress.done()
  expect(said.split('\n')).toEqual([
    'paramedic: building the server (2 s, next: starting it)',
    'paramedic: building the server (12 s, next: starting it)',
    'paramedic: building the server: done after 13 s',
    '',
  ])
})

test('on a terminal what runs beside each other shares one line, which gives way to others', () => {
  Object.assign(process.stderr, { isTTY: true, columns: 100 })
  const [redis, postgres] = ['redis', 'postgres'].map(name => startProgress(`starting ${name}`, 'the api'))
  vi.advanceTimersByTime(2_000)
  expect(said).toBe(`${erase}paramedic: starting redis (2 s) · starting postgres (2 s), next: the api`)

  said = ''
  redis!.end()
  printAboveProgress('paramedic: redis is ready')
  expect(said).toBe(`${erase}paramedic: redis is ready\n`)

  said = ''
  vi.advanceTimersByTime(500)
  expect(said).toBe(`${erase}paramedic: starting postgres (3 s, next: the api)`)
  postgres!.end()
})

test('the line never wraps, because a wrapped one could not be erased', () => {
  Object.assign(process.stderr, { isTTY: true, columns: 30 })
  const progress = startProgress('building the Temporal server 1.32.1', 'starting the servers')
  vi.advanceTimersByTime(2_000)
  progress.end()
  expect(said).toBe(`${erase}paramedic: building the Tempo${erase}`)
})
