/** Which runbooks are to be in force, given the files of a folder and what is in force now. */
import type { HeldBackFile, RunbookInForce, WrittenRunbook } from '../contracts/runbook-registry.ts'
import { defaultRunbookName } from './choose-runbook.ts'
import type { Configured } from './configured.ts'
import { type CodedFinding, type Fault, inReadingOrder } from './fault.ts'
import { formatFault } from './format-fault.ts'
import { lintTogether, type Neighbour } from './lint-together.ts'
import { type ParsedRunbook, parseRunbook } from './parse-runbook.ts'
import { valueAt } from './tree.ts'
import { parseYamlSource } from './yaml-source.ts'

/** A file of a folder, read. */
export interface ReadFile {
  /** Below the folder. */
  file: string
  source: string
  parsed: ParsedRunbook
  /** What it calls its runbook, whatever else is wrong with it. */
  name?: string
}

/** The folder itself, where something is wrong with all of it. */
export const wholeFolder = '.'

export function readRunbookFile(file: string, source: string, configured?: Configured): ReadFile {
  const parsed = parseRunbook(source, file, configured)
  if ('runbook' in parsed) return { file, source, parsed, name: parsed.runbook.name }
  const yaml = parseYamlSource(source, file)
  const name = 'source' in yaml ? valueAt(yaml.source.value, ['metadata', 'name']) : undefined
  return { file, source, parsed, ...(typeof name === 'string' ? { name } : {}) }
}

export interface Settled {
  inForce: WrittenRunbook[]
  heldBack: HeldBackFile[]
  /** Of every file, in the order they are read. */
  faults: Fault[]
}

/**
 * What a file says is put in force unless something is wrong with it. A faulty file is held back, and what is in force from the
 * same file or under the same name stays; when nobody can tell which runbook it is, nothing is taken out of force. Of
 * two files that do not go together the one that changes something is held back, of two that do the later by name. What no file
 * says any more is taken out, but never `default`: without it alerts would wait.
 */
export function settleRunbooks(files: readonly ReadFile[], now: readonly RunbookInForce[]): Settled {
  const heldBack = new Map<string, Fault[]>()
  for (const { file, parsed } of files) if ('faults' in parsed) heldBack.set(file, parsed.faults)
  const sound = new Set(files.filter(isSound).map(({ file }) => file))
  for (;;) {
    const next = nextInForce(files, now, heldBack)
    const fresh = lintTogether(next).filter(({ file }) => sound.has(file) && !heldBack.has(file))
    if (fresh.length === 0) return withDefault(files, now, heldBack, next)
    for (const fault of fresh) heldBack.set(fault.file, [...(heldBack.get(fault.file) ?? []), fault])
  }
}

type Sound = ReadFile & { parsed: Exclude<ParsedRunbook, { faults: Fault[] }> }

function isSound(file: ReadFile): file is Sound {
  return 'runbook' in file.parsed
}

type Candidate = WrittenRunbook & Neighbour

/** What stands already goes first: the linter blames the later one of a pair. */
function nextInForce(
  files: readonly ReadFile[],
  now: readonly RunbookInForce[],
  heldBack: ReadonlyMap<string, Fault[]>,
): Candidate[] {
  const sound = files.filter(isSound).filter(({ file }) => !heldBack.has(file))
  const names = new Set(sound.map(({ parsed }) => parsed.runbook.name))
  const held = files.filter(({ file }) => heldBack.has(file))
  const keptNames = new Set(held.flatMap(file => keptBy(file, now)).map(({ name }) => name))
  const kept = now.filter(({ name }) => !names.has(name) && keptNames.has(name))
  const hashes = new Set(now.map(({ hash }) => hash))
  const standing = ({ hash }: Candidate): boolean => hashes.has(hash)
  const candidates = [
    ...kept.map(keptCandidate),
    ...sound.map(({ file, source, parsed }) => ({ file, source, ...parsed })),
  ].toSorted((one, other) => (one.file < other.file ? -1 : 1))
  return [...candidates.filter(standing), ...candidates.filter(one => !standing(one))]
}

/** What stays in force because this file is held back: while nobody can tell which runbook it is, it may be any. */
function keptBy({ file, name }: ReadFile, now: readonly RunbookInForce[]): RunbookInForce[] {
  return name === undefined ? [...now] : now.filter(one => one.file === file || one.name === name)
}

function keptCandidate({ file, source, runbook, hash }: RunbookInForce): Candidate {
  // Its text may be another one by now; a fault in it is nobody's to mend here.
  const locate = ({ code, message }: CodedFinding): Fault => ({ file, line: 1, column: 1, code, message })
  return { file, source, runbook, hash, locate }
}

function withDefault(
  files: readonly ReadFile[],
  now: readonly RunbookInForce[],
  heldBack: ReadonlyMap<string, Fault[]>,
  next: readonly Candidate[],
): Settled {
  const isThere = next.some(isDefault)
  const standing = isThere ? [] : now.filter(isDefault)
  const inForce = [...next, ...standing].map(({ file, source, runbook, hash }) => ({
    file,
    source,
    runbook,
    hash,
  }))
  const all = isThere ? heldBack : withFault(heldBack, noDefault(standing.length > 0))
  return {
    inForce,
    heldBack: [...all].map(([file, faults]) =>
      tellHeldBack(
        file,
        faults,
        files.find(one => one.file === file),
        now,
      ),
    ),
    faults: [...all.values()].flatMap(inReadingOrder),
  }
}

/** Whether alerts that no other runbook matches have one. */
export function isDefault({ runbook }: Pick<WrittenRunbook, 'runbook'>): boolean {
  return runbook.name === defaultRunbookName && runbook.match === undefined
}

function withFault(faults: ReadonlyMap<string, Fault[]>, fault: Fault): ReadonlyMap<string, Fault[]> {
  return new Map([...faults, [fault.file, [...(faults.get(fault.file) ?? []), fault]]])
}

function noDefault(isInForce: boolean): Fault {
  const message = `no file holds the runbook \`${defaultRunbookName}\`, which takes every alert that no other one matches`
  const hint = isInForce ? 'the one in force stays' : undefined
  return { file: wholeFolder, line: 1, column: 1, code: 'name', message, ...(hint && { hint }) }
}

/** More of one file nobody reads at once. */
const toldAtMost = 20

function tellHeldBack(
  file: string,
  faults: readonly Fault[],
  read: ReadFile | undefined,
  now: readonly RunbookInForce[],
): HeldBackFile {
  const told = faults.slice(0, toldAtMost).map(fault => formatFault(fault, read?.source))
  const more = faults.length - told.length
  const kept = read === undefined || file === wholeFolder ? undefined : lastGoodOf(read, now)
  return {
    file,
    faults: faults.length,
    told: [...told, ...(more > 0 ? [`and ${more} more`] : [])].join('\n'),
    ...(kept === undefined ? {} : { keeps: kept.name }),
  }
}

function lastGoodOf({ file, name }: ReadFile, now: readonly RunbookInForce[]): RunbookInForce | undefined {
  return now.find(one => one.file === file) ?? now.find(one => one.name === name)
}
