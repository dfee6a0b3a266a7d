/** Names whose latest value is kept; of more, those of the oldest time are forgotten. Their history stays. */
export const MOST_KEPT = 1024
/** Weight of the newest gap in the usual interval. */
const GAP_WEIGHT = 1 / 8

/** A device as its records have made it. `values[i]` and `ats[i]` (epoch ms) belong to `names[i]`. */
export interface DeviceState {
  names: string[]
  values: number[]
  ats: number[]
  readings: number
  /** Latest time of a reading, epoch ms. */
  newest: number | null
  /** Mean time between readings lately, ms. */
  interval: number | null
  deleted: boolean
  /** The names of the reading at hand, and where each of them stands above. Not part of what is stored. */
  given: readonly string[]
  places: readonly number[]
}

type Stored = Omit<DeviceState, 'given' | 'places'>

export const initialState = (): DeviceState => ({
  names: [],
  values: [],
  ats: [],
  readings: 0,
  newest: null,
  interval: null,
  deleted: false,
  given: [],
  places: [],
})

export const toJson = ({ given: _given, places: _places, ...stored }: DeviceState): Stored => stored
export const fromJson = (stored: Stored): DeviceState => ({
  ...initialState(),
  ...stored,
  // JSON has no NaN: what has no value yet comes back as null.
  values: stored.values.map((value: number | null) => value ?? NaN),
})

/** From here on readings have these names. */
export function give(state: DeviceState, names: readonly string[]): void {
  const missing = names.filter((name) => !state.names.includes(name))
  if (state.names.length + missing.length > MOST_KEPT) forgetOldest(state, names, missing.length)
  for (const name of missing) {
    state.names.push(name)
    state.values.push(NaN)
    state.ats.push(0)
  }
  state.given = names
  state.places = names.map((name) => state.names.indexOf(name))
}

function forgetOldest(state: DeviceState, spared: readonly string[], count: number): void {
  const gone = new Set(
    state.names
      .map((name, i) => ({ name, at: state.ats[i]! }))
      .filter(({ name }) => !spared.includes(name))
      .sort((a, b) => a.at - b.at)
      .slice(0, count)
      .map(({ name }) => name),
  )
  const kept = state.names.map((name) => !gone.has(name))
  state.names = state.names.filter((_, i) => kept[i])
  state.values = state.values.filter((_, i) => kept[i])
  state.ats = state.ats.filter((_, i) => kept[i])
}

/** Takes a row of the given names: a late one changes no value that is newer. NaN is no value. */
export function take(state: DeviceState, at: number, values: Float64Array): void {
  for (let i = 0; i < state.places.length; i++) keep(state, i, at, values[i]!)
  state.readings++
  follow(state, at)
}

/** As {@link take} of one row after the other: `columns[i]` has the values of the i-th name. */
export function takeAll(state: DeviceState, times: Float64Array, columns: readonly Float64Array[]): void {
  for (let column = 0; column < columns.length; column++) {
    const values = columns[column]!
    for (let i = 0; i < times.length; i++) keep(state, column, times[i]!, values[i]!)
  }
  for (let i = 0; i < times.length; i++) follow(state, times[i]!)
  state.readings += times.length
}

function keep({ places, values, ats }: DeviceState, column: number, at: number, value: number): void {
  const place = places[column]!
  if (value === value && at >= ats[place]!) {
    values[place] = value
    ats[place] = at
  }
}

/** The newest time, and how long it takes from one to the next. */
function follow(state: DeviceState, at: number): void {
  if (state.newest === null) state.newest = at
  else if (at > state.newest) {
    const gap = at - state.newest
    state.interval = state.interval === null ? gap : state.interval + (gap - state.interval) * GAP_WEIGHT
    state.newest = at
  }
}
