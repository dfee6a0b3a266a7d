interface Family {
  readonly type: 'counter' | 'gauge' | 'histogram'
  readonly labels: readonly string[]
  /** One sentence without a stop, for people who read /metrics. */
  readonly help: string
}

/**
 * Every metric there is; docs/metrics.md says what to do about each. No label names a device, an actor or a user: their number has no
 * bound. Partitions and exhausters have one.
 */
export const METRICS = {
  windbox_build_info: { type: 'gauge', labels: ['version', 'edition'], help: 'Always 1; its labels say what runs' },
  windbox_http_request_duration_seconds: {
    type: 'histogram',
    labels: ['method', 'route', 'status'],
    help: 'Time from the arrival of a request until its answer is made',
  },
  windbox_ready: { type: 'gauge', labels: [], help: '1 when every partition is served' },
  windbox_away: {
    type: 'gauge',
    labels: ['part'],
    help: '1 while the store, or the log, does not answer this node',
  },
  windbox_partitions: { type: 'gauge', labels: [], help: 'Partitions of the log' },
  windbox_partitions_owned: { type: 'gauge', labels: [], help: 'Of those, the ones that this node owns' },
  windbox_partitions_restoring: { type: 'gauge', labels: [], help: 'Partitions that are being restored' },
  windbox_records_to_replay: { type: 'gauge', labels: [], help: 'Records that the restoring partitions have to apply' },
  windbox_records_replayed: { type: 'gauge', labels: [], help: 'Of those, the ones that are applied' },
  windbox_partition_position: { type: 'gauge', labels: ['partition'], help: 'Offset after the last applied record' },
  windbox_partition_lag: { type: 'gauge', labels: ['partition'], help: 'Records in the log that are not applied yet' },
  windbox_partition_low_watermark: {
    type: 'gauge',
    labels: ['partition'],
    help: 'Offset that a new owner would begin at',
  },
  windbox_partition_restore_seconds: {
    type: 'gauge',
    labels: ['partition'],
    help: 'How long the replay took when this owner opened the partition',
  },
  windbox_workers: { type: 'gauge', labels: [], help: 'Workers of this node' },
  windbox_worker_restarts_total: { type: 'counter', labels: [], help: 'Ends of its Workers since its start' },
  windbox_rebalances_total: {
    type: 'counter',
    labels: [],
    help: 'Times that the partitions of a Worker became others',
  },
  windbox_lease_seconds: {
    type: 'gauge',
    labels: ['worker'],
    help: 'For how long the group leaves the Worker its partitions for certain; below 0 it answers nothing',
  },
  windbox_asks_waiting: { type: 'gauge', labels: [], help: 'Questions to actors that wait for their answer' },
  windbox_ask_duration_seconds: {
    type: 'histogram',
    labels: ['hop'],
    help: 'Time until an actor has answered; hop says whether through a Worker of this node or through another node',
  },
  windbox_misdirected_total: {
    type: 'counter',
    labels: [],
    help: 'Questions that another node refused because the partition was not, or no longer, its own',
  },
  windbox_records_applied_total: { type: 'counter', labels: [], help: 'Records applied by the Workers' },
  windbox_records_repeated_total: { type: 'counter', labels: [], help: 'Records that were known already' },
  windbox_dead_letters_total: { type: 'counter', labels: [], help: 'Records that became dead letters' },
  windbox_quarantines_total: { type: 'counter', labels: [], help: 'Actors that were put into quarantine' },
  windbox_actors_resident: { type: 'gauge', labels: [], help: 'Actors in memory' },
  windbox_actors_dirty: {
    type: 'gauge',
    labels: [],
    help: 'Of those, the ones with changes that are not in a snapshot',
  },
  windbox_oldest_dirty_seconds: {
    type: 'gauge',
    labels: [],
    help: 'How long a change may have been only in memory, at most',
  },
  windbox_activations_total: { type: 'counter', labels: [], help: 'Actors brought into memory' },
  windbox_evictions_total: { type: 'counter', labels: [], help: 'Actors that left the memory to make room' },
  windbox_snapshot_writes_total: {
    type: 'counter',
    labels: ['result'],
    help: 'Snapshots stored; of those, the ones where a newer one was there (conflict); flushes that failed (error)',
  },
  windbox_outputs_pending: { type: 'gauge', labels: [], help: 'Effects and messages that are not durable yet' },
  windbox_timers: { type: 'gauge', labels: [], help: 'Armed timers' },
  windbox_records_appended_total: { type: 'counter', labels: [], help: 'Records handed to the log' },
  windbox_appends_refused_total: { type: 'counter', labels: [], help: 'Calls of which the log took nothing' },
  windbox_append_duration_seconds: {
    type: 'histogram',
    labels: [],
    help: 'Time until records were durable in the log, of one call in sixteen',
  },
  windbox_deliveries_total: {
    type: 'counter',
    labels: ['outcome'],
    help: 'Tries to send something out, by what became of them',
  },
  windbox_live_streams: { type: 'gauge', labels: [], help: 'Open live streams of pages and API' },
  windbox_known_credentials: { type: 'gauge', labels: [], help: 'Verified tokens that are kept' },
  windbox_trace_spans_total: {
    type: 'counter',
    labels: ['result'],
    help: 'Spans that the collector has taken, and spans that were thrown away',
  },
  windbox_exhauster_status: {
    type: 'gauge',
    labels: ['exhauster'],
    help: 'Status of an exhauster owned by this node: 0 unknown, 1 ok, 2 warning, 3 alarm',
  },
  windbox_exhauster_running: { type: 'gauge', labels: ['exhauster'], help: '1 while the exhauster runs' },
  windbox_exhauster_data_age_seconds: {
    type: 'gauge',
    labels: ['exhauster'],
    help: 'Age of its newest frame, on the clock of the source',
  },
  windbox_event_loop_lag_seconds: {
    type: 'gauge',
    labels: [],
    help: 'How late timers of the main thread came at worst during the last minute',
  },
  windbox_process_resident_memory_bytes: { type: 'gauge', labels: [], help: 'Resident memory of the process' },
  windbox_process_cpu_seconds_total: { type: 'counter', labels: [], help: 'CPU time of the process since its start' },
  windbox_process_uptime_seconds: { type: 'gauge', labels: [], help: 'Seconds since the start of the process' },
} as const satisfies Record<string, Family>

export type MetricName = keyof typeof METRICS
