import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { watchYaml } from '../../../cli/drill/watch-yaml.ts'

let folder: string
let end: () => void = () => undefined

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'paramedic-watch-'))
  mkdirSync(join(folder, 'shop'))
  writeFileSync(file(), 'one')
})

afterEach(() => {
  end()
  rmSync(folder, { recursive: true })
})

function file(): string {
  return join(folder, 'shop', 'pool.yaml')
}

/** As editors do: nobody ever reads half of it. */
function replace(): void {
  writeFileSync(`${file()}~`, 'two')
  renameSync(`${file()}~`, file())
}

test.each([
  ['is written', () => writeFileSync(file(), 'two')],
  ['is replaced', replace],
])('a file that %s is noticed, again and again', async (_, change) => {
  for (const path of [folder, file()]) {
    const onChange = vi.fn()
    end = watchYaml([path], onChange)
    for (let time = 0; time < 3; time += 1) {
      onChange.mockClear()
      change()
      await vi.waitFor(() => expect(onChange).toHaveBeenCalled(), 5_000)
      await settled(onChange)
    }
    end()
  }
})

test('a file in a new folder is noticed', async () => {
  const onChange = vi.fn()
  end = watchYaml([folder], onChange)
  mkdirSync(join(folder, 'synap'))
  await vi.waitFor(() => expect(onChange).toHaveBeenCalled(), 5_000)
  await settled(onChange)
  onChange.mockClear()
  writeFileSync(join(folder, 'synap', 'pool.drill.yaml'), 'one')
  await vi.waitFor(() => expect(onChange).toHaveBeenCalled(), 5_000)
})

/** One write is told in several events. */
async function settled(onChange: { mock: { calls: unknown[] } }): Promise<void> {
  let calls = -1
  await vi.waitFor(
    () => {
      const now = onChange.mock.calls.length
      const before = calls
      calls = now
      expect(now).toBe(before)
    },
    { timeout: 5_000, interval: 100 },
  )
}
