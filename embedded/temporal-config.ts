export type TemporalPorts = {
  frontend: number
  frontendMembership: number
  history: number
  historyMembership: number
  matching: number
  matchingMembership: number
  worker: number
  workerMembership: number
}

export type DynamicConfig = Record<string, string | number | boolean>

/** Settings every Temporal of ours has. */
export const DYNAMIC_CONFIG: DynamicConfig = {
  // The default of 5 keeps a workflow that cannot go on hidden for minutes; paramedic counts them as trouble.
  'system.numConsecutiveWorkflowTaskProblemsToTriggerSearchAttribute': 2,
  // A frozen worker keeps its connection, and is handed tasks on it, until it misses a ping. The defaults, a minute and ten
  // seconds, cost an incident 80 s (test/faults/frozen-worker.test.ts).
  'frontend.keepAliveTime': '5s',
  'frontend.keepAliveTimeout': '3s',
  // The timer queue is read this far ahead of now, and a new timer that is due within what was read is moved behind it. With the
  // default of 1 s every short retry, timer and deadline is up to a second late, and each skipped hour costs a second (3.1 s for
  // an escalation, against 0.34 s). Temporal v1.32.1, service/history/shard/task_key_manager.go.
  'history.timerProcessorMaxTimeShift': '50ms',
}

/** Settings of tests and drills: an hour of waiting passes at once for workflows that ask for it. */
export const TIME_SKIPPING_CONFIG: DynamicConfig = {
  'frontend.WorkflowTimeSkippingEnabled': true,
  'frontend.WorkflowTimeSkippingMaxSkipPerSession': 5_000,
  // With the default of four a task has been seen to wait in one partition for a poll of another to run out, which takes a minute.
  'matching.numTaskqueueReadPartitions': 1,
  'matching.numTaskqueueWritePartitions': 1,
}

/** The server's configuration file; JSON, which is YAML. The SQLite file is named relative to the working folder. */
export function serverConfig(ports: TemporalPorts, isDurable: boolean): string {
  const service = (grpcPort: number, membershipPort: number) => ({
    rpc: { grpcPort, membershipPort, bindOnLocalHost: true },
  })
  const store = {
    sql: {
      pluginName: 'sqlite',
      // A relative name: SQLite reads it as a URI, in which a folder's spaces or percent signs would need escapes.
      databaseName: 'temporal.sqlite',
      connectAddr: 'localhost',
      connectProtocol: 'tcp',
      connectAttributes: {
        mode: 'rwc',
        setup: 'true',
        journal_mode: 'wal',
        // https://www.sqlite.org/pragma.html#pragma_synchronous: 2 FULL survives a power cut, 0 OFF a killed process.
        synchronous: isDurable ? '2' : '0',
        busy_timeout: '10000',
      },
      maxConns: 1,
      maxIdleConns: 1,
      maxConnLifetime: '1h',
    },
  }
  return JSON.stringify(
    {
      log: { stdout: true, level: 'warn' },
      persistence: {
        defaultStore: 'default',
        visibilityStore: 'visibility',
        numHistoryShards: 1,
        datastores: { default: store, visibility: store },
      },
      global: { membership: { maxJoinDuration: '30s', broadcastAddress: '127.0.0.1' } },
      services: {
        frontend: service(ports.frontend, ports.frontendMembership),
        history: service(ports.history, ports.historyMembership),
        matching: service(ports.matching, ports.matchingMembership),
        worker: service(ports.worker, ports.workerMembership),
      },
      clusterMetadata: {
        enableGlobalNamespace: false,
        failoverVersionIncrement: 10,
        masterClusterName: 'active',
        currentClusterName: 'active',
        clusterInformation: {
          active: {
            enabled: true,
            initialFailoverVersion: 1,
            rpcName: 'frontend',
            rpcAddress: `127.0.0.1:${ports.frontend}`,
          },
        },
      },
      dcRedirectionPolicy: { policy: 'noop' },
      dynamicConfigClient: { filepath: 'dynamic-config.yaml', pollInterval: '60s' },
    },
    null,
    2,
  )
}

export function dynamicConfigFile(settings: DynamicConfig): string {
  const entries = Object.entries(settings).map(([name, value]) => [name, [{ value }]])
  return JSON.stringify(Object.fromEntries(entries), null, 2)
}
