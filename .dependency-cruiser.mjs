/** Folders of ours; everything else is a package or a file of the tool chain. */
const OURS =
  'contracts|language|runbooks|outgoing|rules|reach|intake|supervision|workflows|activities|integrations|store|drills|rehearsal|api|worker|cli|embedded|production|proof|postmortem|bench|test'

/** A folder may import itself and what is listed, and nothing else of ours. */
function mayImportOnly(folder, allowed, comment) {
  return {
    name: `${folder}-imports`,
    severity: 'error',
    comment,
    from: { path: `^${folder}/` },
    to: { path: `^(${OURS})/`, pathNot: [`^${folder}/`, ...allowed] },
  }
}

const CONTRACTS = '^contracts/'
// How the cruiser names Node's own modules.
const CORE =
  '^(node:)?(assert|buffer|child_process|crypto|dns|events|fs|http|https|module|net|os|path|perf_hooks|process|stream|timers|tls|url|util|vm|worker_threads|zlib)(/|$)'
// Loaded by services and the command line, never by a workflow: schemas, and what needs a module of Node's.
const NOT_FOR_WORKFLOWS =
  '^contracts/((canonical-json|configuration|directory|duration|principals|secret|temporal-endpoint|views|[a-z]+-views)\\.ts$|configuration/)'
const PROCESS_IDENTITY = '^activities/targets/service/process-identity\\.mjs$'
const PURE_LANGUAGE = '^language/(assess|conditions|bind)\\.ts$'

export default {
  forbidden: [
    {
      name: 'no-cycles',
      severity: 'error',
      comment: 'Two files that need each other are one concept, or hide a third. Split by concept, or merge.',
      from: {},
      to: { circular: true },
    },
    {
      name: 'resolvable',
      severity: 'error',
      comment: 'An import that resolves to nothing fails only when somebody runs that path.',
      from: {},
      to: { couldNotResolve: true },
    },
    mayImportOnly(
      'contracts',
      [],
      'The shared language is what everything else agrees on; importing one side would make the others follow it.',
    ),
    mayImportOnly(
      'outgoing',
      [CONTRACTS],
      'One client for every request that leaves; it knows addresses and bytes, and nothing of who asks.',
    ),
    mayImportOnly(
      'reach',
      [CONTRACTS, '^store/', '^language/conditions\\.ts$'],
      'From a name to whoever stands behind it: who is told, tries, turns, the next channel. What sends is a port that the worker hands in.',
    ),
    mayImportOnly(
      'language',
      [CONTRACTS],
      'Runbooks are parsed, checked and explained in an editor, in CI and in the api: no database and no server there.',
    ),
    {
      ...mayImportOnly(
        'workflows',
        [CONTRACTS, PURE_LANGUAGE],
        'Workflow code is replayed, so it holds only what gives the same answer twice; activities are known by type.',
      ),
      to: {
        path: `^(${OURS})/`,
        pathNot: ['^workflows/', CONTRACTS, PURE_LANGUAGE],
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'workflow-types',
      severity: 'error',
      comment:
        'Types may come from activities, whose functions a workflow calls by proxy, and from nowhere else.',
      from: { path: '^workflows/' },
      to: {
        path: `^(${OURS})/`,
        pathNot: ['^workflows/', CONTRACTS, PURE_LANGUAGE, '^activities/'],
        dependencyTypes: ['type-only'],
      },
    },
    {
      name: 'workflows-import-no-node',
      severity: 'error',
      comment:
        'Workflow code is replayed: the clock, the disk and the network would answer differently the second time.',
      from: { path: '^workflows/', pathNot: '^workflows/bundle\\.ts$' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'pure-files-reach-no-node',
      severity: 'error',
      comment:
        'Workflows import these: a Node module deep inside one of them would break the bundle of every workflow.',
      from: {
        path: ['^contracts/', PURE_LANGUAGE],
        pathNot: NOT_FOR_WORKFLOWS,
      },
      to: { reachable: true, path: CORE },
    },
    {
      name: 'workflows-load-nothing-of-services',
      severity: 'error',
      comment:
        'zod or a Node module in a file that workflows load would be in the bundle of every workflow; take the types of these files only.',
      from: {
        path: ['^workflows/', '^contracts/', PURE_LANGUAGE],
        pathNot: NOT_FOR_WORKFLOWS,
      },
      to: {
        path: ['^node_modules/zod/', NOT_FOR_WORKFLOWS],
        dependencyTypesNot: ['type-only'],
      },
    },
    mayImportOnly(
      'activities',
      [CONTRACTS, '^store/', '^outgoing/', '^reach/', '^language/(assess|conditions)\\.ts$'],
      'Activities commit rows with their audit entries. Whatever else they need is a port that the worker hands in.',
    ),
    {
      name: 'targets-know-no-store',
      severity: 'error',
      comment:
        'Checks and actions touch the patient and report; what is recorded about it is the business of the harness.',
      from: { path: '^activities/targets/' },
      to: { path: '^store/' },
    },
    mayImportOnly(
      'integrations',
      [CONTRACTS, '^outgoing/'],
      'One outside system a file. It is written by people who know that system and nothing of the rest.',
    ),
    mayImportOnly('store', [CONTRACTS], 'SQL answers questions; it does not know who asks.'),
    mayImportOnly(
      'postmortem',
      [CONTRACTS],
      'What a post-mortem says follows from the entries alone: whoever has them can make the same document anywhere.',
    ),
    mayImportOnly(
      'intake',
      [
        CONTRACTS,
        '^store/',
        PURE_LANGUAGE,
        '^language/(choose-runbook|resolve-inputs|nearest-name|occurrences)\\.ts$',
      ],
      'From stored deliveries to signals: needs rows and the Temporal client, and knows no workflow by its code.',
    ),
    mayImportOnly(
      'rules',
      [CONTRACTS, '^store/'],
      'From a measured value to a stored delivery. How a target is measured is a port that the worker hands in.',
    ),
    mayImportOnly(
      'supervision',
      [CONTRACTS, '^store/', '^language/next-page\\.ts$'],
      'It watches workflows and workers from outside, so it shares nothing with them; who is told is a port that the api hands in.',
    ),
    {
      ...mayImportOnly(
        'api',
        [
          CONTRACTS,
          '^language/',
          '^intake/',
          '^supervision/',
          '^postmortem/',
          '^store/',
          '^integrations/[^/]+-sources?\\.ts$',
        ],
        'A request changes rows; effects are only ever reached through the workflow, so the api cannot touch a target.',
      ),
      from: { path: '^api/', pathNot: '^api/main\\.ts$' },
    },
    {
      ...mayImportOnly(
        'api',
        ['^integrations/notifiers\\.ts$', CONTRACTS, '^language/', '^supervision/', '^store/'],
        'The composition root also hands supervision its way to people, which must not need a worker; no route can reach it.',
      ),
      name: 'api-main-imports',
      from: { path: '^api/main\\.ts$' },
    },
    mayImportOnly(
      'worker',
      [
        CONTRACTS,
        '^language/',
        '^intake/',
        '^rules/',
        '^store/',
        '^integrations/',
        '^reach/',
        '^activities/',
        '^workflows/',
      ],
      'The composition root of production: it hands every port its implementation, and nothing of tests or sandboxes.',
    ),
    mayImportOnly(
      'production',
      [CONTRACTS, '^embedded/'],
      'The rehearsal stands outside: it starts Paramedic as processes and speaks HTTP to it, as production does.',
    ),
    mayImportOnly(
      'proof',
      [CONTRACTS],
      'What proves the record must not be what writes it: a pure look at entries, rows and histories, wherever they are from.',
    ),
    mayImportOnly(
      'drills',
      [CONTRACTS, '^language/'],
      'What a drill expects, what came of it, and what it covers: data in, data out. What runs one is in rehearsal.',
    ),
    mayImportOnly(
      'cli',
      [
        CONTRACTS,
        '^language/',
        '^proof/',
        '^postmortem/',
        '^drills/',
        '^embedded/',
        '^rehearsal/',
        '^integrations/(alertmanager|generic)-source\\.ts$',
        PROCESS_IDENTITY,
      ],
      'It speaks HTTP. Files are checked, alerts read from files, drills and histories run, on this side: an auditor need not trust the service.',
    ),
    mayImportOnly(
      'bench',
      [
        CONTRACTS,
        '^store/',
        '^embedded/',
        '^language/',
        '^drills/',
        '^rehearsal/',
        '^worker/(workflow-bundle|histories)\\.ts$',
        PROCESS_IDENTITY,
      ],
      'It measures api and worker from outside, as processes; what it takes of them are rows, histories and the bundle. Drills are run where they always are.',
    ),
    {
      name: 'nothing-imports-tests',
      severity: 'error',
      comment: 'Test support is free to be crude because nothing that ships can lean on it.',
      from: { pathNot: '^(test|bench)/' },
      to: { path: '^(test|bench)/' },
    },
    {
      name: 'no-development-packages',
      severity: 'error',
      comment: 'A production image is installed without development packages.',
      from: { path: `^(${OURS})/`, pathNot: '^(test|bench)/' },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'one-way-out',
      severity: 'error',
      comment:
        'Requests leave through outgoing/, which asks configured addresses only, follows no redirect and reads no more than it was told.',
      from: { path: '^(language|rules|reach|intake|supervision|activities|integrations|store|worker)/' },
      to: { path: '^(node:)?https?$|(^|/)node_modules/undici/' },
    },
    {
      name: 'no-vm',
      severity: 'error',
      comment: 'Nothing untrusted is ever code, and vm is no sandbox (https://nodejs.org/api/vm.html).',
      from: {},
      to: { path: '^(node:)?vm$' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(\\.paramedic|node_modules/\\.cache)' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.mjs', '.js', '.json'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
}
