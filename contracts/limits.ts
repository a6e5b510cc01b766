/** Every limit of the system, each with the reason for its value. Milliseconds unless the name says otherwise. */
const second = 1_000
const minute = 60 * second
const hour = 60 * minute

export const limits = {
  /** Alertmanager has no cap; 5 MiB is about 3,500 alerts, the largest group seen in its issue tracker. */
  alertmanagerBodyBytes: 5 * 1024 * 1024,
  /** A generic alert is a few hundred bytes; room for long descriptions. */
  genericBodyBytes: 1024 * 1024,
  /** What people send: notes and reasons. */
  actBodyBytes: 64 * 1024,
  /** Levels of JSON in a body: the deepest that any route takes has five. */
  jsonDepth: 32,
  /** A group larger than this is a broken sender, not an incident. */
  alertsPerDelivery: 10_000,
  labelsPerAlert: 64,
  labelNameLength: 256,
  labelValueLength: 4_096,
  annotationLength: 16_384,
  noteLength: 8_192,
  /** A section of a post-mortem: some five printed pages. */
  postmortemSectionLength: 16_384,
  /** A post-mortem with every section full, as JSON, in an alphabet of three bytes a letter. */
  postmortemBodyBytes: 512 * 1024,
  /** More than these nobody finishes; they are a project. */
  actionItemsPerPostmortem: 50,
  actionItemLength: 512,
  reasonLength: 1_024,

  /** A resolved alert fires again with the same start inside this: a twin's replay or a real return; see intake. */
  replayWindowMs: 5 * minute,
  /** A new alert this soon after closing is linked to the incident before it. */
  linkWindowMs: 15 * minute,
  /** Alerts of an incident that a person ended while they fired stay quiet this long. */
  mutedAfterResolveMs: 4 * hour,
  /** Alertmanager reports "resolved" up to a group_interval (5 min) late; three of them is a stuck alert. */
  alertsClearWithinMs: 15 * minute,
  /** With no step left the measurements are looked at again this often: people may have mended it by hand. */
  lookAgainMs: 5 * minute,

  /** Default of `hold`: one group_interval of Alertmanager. */
  holdMs: 5 * minute,
  checkTimeoutMs: 10 * second,
  stepTimeoutMs: 10 * minute,
  /** A target that gives no answer is asked this often for a plan; then the step has failed and the ladder goes on. */
  planTries: 4,
  verifyForMs: 30 * second,
  verifyWithinMs: 5 * minute,
  /** Smallest default interval of a verification; an explicit `every` may be shorter. */
  verifyEveryMs: 5 * second,
  /** Looking more often whether an incident has become worse is load for a target that has trouble already. */
  shortestRecheckMs: 5 * second,
  /** Of measurements that tell nothing new the newest one in this time is kept: 288 a day, however often it looks. */
  recheckKeptMs: 5 * minute,
  /** A look that has failed for good will most likely fail again; each time is some ten events of a history. */
  recheckAfterFailureMs: 15 * minute,
  /** A condition that nobody has looked at for longer may have been false meanwhile: its time begins anew. */
  recheckGapMs: minute,
  /** Default of `retry.after`: what was in the way of a step is often gone by then, and nobody waits long. */
  retryAfterMs: 30 * second,
  /** A step whose attempts change nothing this often (its target changes under each plan) is left; a person would stop earlier. */
  attemptsPerStep: 5,
  /** A group that one check measures: each member is an activity of its own, and a person still reads which did not answer. */
  targetsPerRole: 50,
  /** An answer of a target in a drill may take so long by the real clock: longer than most timeouts, and somebody waits for it. */
  scriptedTakesMs: 2 * minute,
  /** A runbook that has to be told more than this by its alert is several. */
  inputsPerRunbook: 32,
  /** What an alert may say for an input: a name, an address, a path; never a document. */
  inputTextLength: 1_024,
  gateExpiresMs: 15 * minute,
  /** Default of `expires` of a manual step: doing takes longer than reading a plan. */
  manualExpiresMs: 30 * minute,
  /** An approval not used this long after its gate's expiry is void. */
  approvalUseMs: 5 * minute,

  /**
   * A process that is silent for so long inside a transaction is given up, and what it had not committed has not happened: a frozen one
   * must not keep what it has locked. What waits for somebody else inside one asks something more often, or says how long that may take.
   */
  idleInTransactionMs: 15 * second,
  /** Of one that tells somebody: a try that begins at the end of `pageRoundMs` takes `notifierTimeoutMs`, and a busy machine as long again. */
  idleWhileTellingMs: 35 * second,
  /** The first page waits this long for triage, well within the five seconds that escalation is allowed to be late. */
  pageAwaitsTriageMs: 2 * second,
  /** What a message says is read this long within the workflow task, a fifth of the time that Temporal gives a task. */
  localReadMs: 2 * second,
  /** A page asks the row this long; without an answer it pages and records afterwards. */
  pageAsksMs: second,
  /** A channel slower than this has failed this try. */
  notifierTimeoutMs: 10 * second,
  /** One try and three more, as PagerDuty asks of its senders at least; a channel that fails them is left for the next one. */
  noticeTries: 4,
  /** Before the second try; twice as long before each further one, 3.5 s in all: somebody sleeps meanwhile. */
  noticeBackOffMs: 0.5 * second,
  /** A channel that asks for a longer pause is left for the next one, and not asked again before. */
  noticeWaitsMs: 5 * second,
  /** A page begins no further try after this; Temporal's next attempt goes on where it stopped. */
  pageRoundMs: 15 * second,
  /** An opening is told when triage has said how bad it is, or after this. */
  newsAwaitsTriageMs: 15 * second,
  /** Somebody who is told more often how it stands reads none of it; an update is some ten events of a history as well. */
  updateEveryMs: 5 * minute,
  /** Once a history is long: it can only be left between two stages, and one stage may wait for days. */
  updateEveryOfLongMs: 60 * minute,
  /** Of runs that were missed the newest are told one by one. */
  missedRunsTold: 20,
  /** What was missed before is known to everybody by now. */
  missedLookBackMs: 31 * 24 * 60 * minute,
  /** What has to happen more often than this is a threshold rule: a run of a routine is an incident with its whole record. */
  routineEveryMs: 5 * minute,
  /** Rounds over all channels of a stakeholder; nobody is woken by them. */
  tellingRounds: 3,
  /** Before the second round; four times as long before the third. */
  tellingPauseMs: 30 * second,
  /** So many messages of a channel may go at once; with the next limit never more than 12 in a minute, which a person can still read. */
  channelBurst: 6,
  /** After the burst a channel gets one message in this time, and what has come meanwhile goes together. */
  channelTokenMs: 10 * second,
  /** Who waits for its turn asks at least every half second; a longer silence is a dead process. */
  waiterSilentMs: 5 * second,
  /** Answers of channels are a line or a small object; what comes after is not read. */
  notifierAnswerBytes: 16 * 1024,
  /** PostgreSQL slower than this is a 503: Slack, the least patient sender, gives up after 3 s. */
  databaseWaitMs: 2 * second,
  /** Commits of deliveries at a time in an api process, the second only while the first is slow: they wait for each other's NOTIFY. */
  deliveryCommits: 2,
  /** Several usual commits; one that takes longer hangs, or is large. */
  slowCommitMs: 50,
  /** Deliveries in one commit: enough for a storm, and few milliseconds of work. */
  deliveriesTogether: 100,
  /** A larger delivery is committed alone; a usual one has 1 to 20 KiB. */
  deliveryBytesTogether: 64 * 1024,
  /** Longer silence of an action's worker counts as its loss. */
  heartbeatMs: 5 * second,
  /** How often the outcome of a claim that another worker has is looked for; it waits for seconds at least. */
  claimPollMs: second,
  /** A worker at a site that has not taken its work by then is away: one that is replaced polls again earlier. */
  siteTakesWithinMs: minute,
  /** What has to be written and has failed for good is begun anew after this, and after twice as long each further time, */
  failedWriteMs: minute,
  /** up to this: some ten events of a history each time, 240 a day. */
  failedWriteMaxMs: hour,
  /** The relay looks this often even when nobody poked it. */
  relayPollMs: second,
  /** An alert that fails this often is set aside, shown and counted. */
  relayAttempts: 5,
  /** People who follow live, per api process; each costs a query at every entry it follows. */
  liveStreams: 200,
  /** A comment this often keeps proxies from cutting a quiet stream; their shortest usual patience is 30 s. */
  liveKeepAliveMs: 15 * second,
  /** Entries are looked for this often even when nobody rang. */
  livePollMs: second,
  /** Supervision looks this often: twice within the minute in which it has to find what is wrong. */
  supervisionEveryMs: 15 * second,
  /** A deadline passed, a silence or a wait longer than this is a finding. */
  supervisionPatienceMs: minute,
  /** The lease of the process that supervises; with the next limit it passes on within 15 s of its death. */
  supervisionLeaseMs: 10 * second,
  /** Often enough that two lost tries do not lose the lease. */
  supervisionRenewMs: 3 * second,
  /** What was set aside or missed is shown for a week; after that only the counters tell of it. */
  setAsideShownMs: 7 * 24 * hour,
  /** Findings of each kind that are told one by one; more of them are the same trouble. */
  supervisionFindings: 1_000,
  /** After a page about one kind, more of that kind are gathered this long: a person reads one message of forty, not forty. */
  supervisionGatherMs: 5 * minute,
  runbookBytes: 256 * 1024,
  /** Runbooks of a sync: more than the largest team has. */
  runbooksPerSync: 500,
  /** The body of a sync, as JSON: 500 runbooks of 6 KiB, which is a long one. */
  runbookSyncBytes: 4 * 1024 * 1024,
  /** Reading 500 runbooks takes a few seconds, in which others are served. */
  runbookSyncMs: 20 * second,
  runbookPathLength: 256,
  /** What would be done is asked of targets for so long; whoever asked looks at the screen, and proxies often wait 60 s. */
  foreseeMs: 40 * second,
  /** A worker that has not begun by then is away, and somebody waits. */
  foreseeTakesWithinMs: 10 * second,
  /** Longest wait of the api for the whole of it: with the time to begin and to answer, below 60 s. */
  foreseeAnswerMs: 50 * second,
  /** Reads of targets at a time for one question: production is not measured harder than by an incident of a few checks. */
  foreseeLanes: 5,
  /** Questions at a time in an api process, and one for each person. */
  foreseesAtOnce: 2,
  /** Questions of one person in a minute: more often is a loop, not somebody who reads the answers. */
  foreseesPerMinute: 10,
  /** A runbook of the largest size with every character escaped once, and an alert. */
  foreseeBodyBytes: 1024 * 1024,
  /** Temporal ends a workflow at 50 MB of history; as JSON it is a few times that. Larger is a bomb in the archive. */
  historyBytes: 256 * 1024 * 1024,

  /** One measurement of a threshold rule; half of Prometheus's scrape timeout, because the next one should not wait for it. */
  ruleMeasureMs: 5 * second,
  /** A rule whose worker has not brought the measurement home by then is measured by another one. */
  ruleLeaseMs: 10 * second,
  /** A firing alert is told again this often, as Alertmanager does: a condition that outlives its incident opens the next. */
  ruleRepeatMs: 5 * minute,
  /** A condition nobody has looked at for longer may have been well meanwhile: `for` begins anew. */
  ruleGapMs: minute,
  /** A window's samples are read and written with every evaluation: about 25 KB at the most. */
  samplesPerRule: 1_000,
  /** A post-mortem names this many alerts; of a storm the rest is counted. */
  postmortemAlerts: 50,
  /** A reminder comes this long before a post-mortem is due: a working day; of a shorter time it is half. */
  postmortemReminderMs: 24 * hour,
} as const
