import { autoStep, stepOf } from './address.js'
import { goOn, readHistory } from './history.js'
import { readChanges } from './marks.js'
import { present } from './settings.js'

/** Frames come once a minute; a demonstration's come faster. */
const TAIL_MS = 2000
/** What came late is found after this long. */
const ANEW_MS = 60_000
/** A history that is there sooner needs no word. */
const PATIENCE_MS = 300

const NOTHING = { whole: null, fine: null, changes: [] }

/**
 * What is known of the chosen signals: `whole` is the history of the interval, `fine` the one of a zoom that has a finer step, `changes` say when
 * the machines went into warning or alarm. `state()` gives the page's state, `moved(interval)` hears where one that follows has come to,
 * `busy(slow)` whether one has to wait, `settled(fault)` that what is known is new; the fault is null when it is what was asked for. After a
 * fault there is what was known before, as far as it says something of what was asked for.
 */
export function createSource({ state, moved, busy, settled }) {
  let known = NOTHING
  let failed = false
  let loading = new AbortController()
  let loadedAt = 0
  let tailedAt = 0
  let waiting = false

  const endingNow = ({ from, to }) => {
    const end = present()
    return { from: end - (to - from), to: end }
  }

  async function wholeOf({ signals, from, to }, step, signal) {
    const { whole } = known
    const same = whole && whole.step === step && whole.from === from && whole.to === to
    if (same && signals.every((name) => whole.lines.has(name))) return whole
    return await readHistory({ signals, from, to, step }, signal)
  }

  async function fineOf({ signals, zoom, step: chosen }, step, signal) {
    if (!zoom || chosen !== null) return null
    const finer = autoStep(zoom.to - zoom.from)
    return finer < step ? await readHistory({ signals, ...zoom, step: finer }, signal) : null
  }

  const answers = ({ whole }, { signals, from, to }) =>
    whole && whole.from < to && whole.to > from && signals.some((name) => whole.lines.has(name))

  function settle(next, fault = null) {
    known = next
    failed = fault !== null
    loadedAt = performance.now()
    settled(fault)
  }

  async function load() {
    loading.abort()
    loading = new AbortController()
    const { signal } = loading
    if (state().signals.length === 0) return settle(NOTHING)
    if (state().follow) moved(endingNow(state()))
    const asked = state()
    const slow = setTimeout(() => busy((waiting = true)), PATIENCE_MS)
    try {
      const step = stepOf(asked)
      const whole = await wholeOf(asked, step, signal)
      const fine = await fineOf(asked, step, signal)
      settle({ whole, fine, changes: known.changes })
      const changes = await readChanges(asked, signal)
      if (!signal.aborted) settle({ ...known, changes })
    } catch (error) {
      if (!signal.aborted) settle(answers(known, asked) ? known : NOTHING, error)
    } finally {
      clearTimeout(slow)
      if (loading.signal === signal) busy((waiting = false))
    }
  }

  return {
    load,
    get known() {
      return known
    },
    /** The history that covers what is looked at with the finest step. */
    historyFor: ({ from, to }) => {
      const { whole, fine } = known
      return fine && fine.from <= from && fine.to >= to ? fine : whole
    },
    /** The present goes on: what is new comes to what is known. What fails is tried again at the next frame. */
    async tail() {
      const now = performance.now()
      const { whole } = known
      if (document.hidden || waiting || now - tailedAt < TAIL_MS) return
      tailedAt = now
      if (failed) return load()
      if (!state().follow || !whole) return
      if (now - loadedAt > ANEW_MS) return load()
      const interval = endingNow(state())
      const next = await goOn(whole, interval, loading.signal).catch(() => null)
      if (next === null || known.whole !== whole) return
      known = { ...known, whole: next }
      moved(interval)
      settled(null)
    },
  }
}
