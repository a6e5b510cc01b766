import { statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bundleWorkflowCode, type BundleOptions, type WorkflowBundle } from '@temporalio/worker'
import { openBundleCache } from './bundle-cache.ts'

const PROJECT_DIR = dirname(dirname(fileURLToPath(import.meta.url)))

/** All a workflow may import from, besides packages: the rules `workflows-imports` and `workflow-types` of .dependency-cruiser.mjs. */
const SOURCE_FOLDERS = ['workflows', 'contracts', 'language']

export interface BundleSources {
  /** Modules that are bundled beside the workflows; rehearsals have one. */
  interceptorModules?: string[]
  /** Default: this project. */
  projectDir?: string
}

/**
 * Bundles the workflows, which takes two seconds on an idle machine and eight on a busy one, or takes the bundle that was made of
 * exactly these sources, packages and settings before; it is kept in `.paramedic/workflow-bundles/`.
 */
export async function bundleWorkflows(sources: BundleSources = {}): Promise<WorkflowBundle> {
  const { interceptorModules = [], projectDir = PROJECT_DIR } = sources
  const cache = openBundleCache(join(projectDir, '.paramedic', 'workflow-bundles'), {
    projectDir,
    sources: [
      ...SOURCE_FOLDERS.map(name => join(projectDir, name)),
      ...interceptorModules,
      // Webpack asks them which files are ES modules, those of the project that holds the packages included.
      ...new Set([projectDir, PROJECT_DIR].map(folder => join(folder, 'package.json'))),
      // The bundler's options below.
      fileURLToPath(import.meta.url),
    ],
    settings: interceptorModules,
  })
  return cache.get(report =>
    bundleWorkflowCode({
      workflowsPath: join(projectDir, 'workflows', 'bundle.ts'),
      workflowInterceptorModules: interceptorModules,
      // Evaluated once a worker instead of once a workflow: conditions are pure and remember nothing, and their language is
      // most of what a workflow's first task would spend its time and memory on.
      preloadModules: [join(projectDir, 'language', 'conditions.ts')],
      webpackConfigHook: reportingFiles(report),
      logger: { trace() {}, debug() {}, info() {}, warn: console.warn, error: console.error, log() {} },
    }),
  )
}

/** Tells which files webpack has read; it also lists folders, and the entry that the SDK keeps in memory. */
function reportingFiles(report: (file: string) => void): NonNullable<BundleOptions['webpackConfigHook']> {
  return config => ({
    ...config,
    plugins: [
      ...(config.plugins ?? []),
      compiler =>
        compiler.hooks.done.tap('reporting-files', ({ compilation }) => {
          for (const path of compilation.fileDependencies)
            if (statSync(path, { throwIfNoEntry: false })?.isFile() === true) report(path)
        }),
    ],
  })
}
