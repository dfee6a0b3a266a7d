// What a page does between two fragments: time goes on, silence is noticed, keys work. Everything else comes from the server.
'use strict'

const page = JSON.parse(document.querySelector('meta[name="windbox"]').content)
const root = document.documentElement

const SILENT_MS = 15_000
const OLD_MS = 90_000
const LATE_MS = 90_000
const LOST_MS = 5 * 60_000

// --- Time. The browser's clock may be wrong: the server's counts, as of the page and of every beat of the stream.

let offset = page.now - Date.now()
const now = () => Date.now() + offset
const clockFormat = new Intl.DateTimeFormat('en-GB', {
  timeZone: page.timeZone,
  hourCycle: 'h23',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
})

/** The two largest units, as the server writes them. */
function duration(ms) {
  const [second, minute, hour, day] = page.units
  const one = (count, unit) => `${Math.floor(count)}\u00a0${unit}`
  const two = (large, unit, small, smallUnit) => {
    const rest = Math.floor((ms % large) / small)
    return one(ms / large, unit) + (rest > 0 ? ` ${one(rest, smallUnit)}` : '')
  }
  if (!(ms > 0)) return one(0, second)
  if (ms < 120_000) return one(ms / 1000, second)
  if (ms < 3_600_000) return one(ms / 60_000, minute)
  if (ms < 86_400_000) return two(3_600_000, hour, 60_000, minute)
  return two(86_400_000, day, 3_600_000, hour)
}

function write(element, text) {
  if (element.textContent !== text) element.textContent = text
}

function tick() {
  const at = now()
  for (const time of document.querySelectorAll('time[data-clock]')) write(time, clockFormat.format(at))
  for (const time of document.querySelectorAll('time[data-since]'))
    write(time, duration(at - Date.parse(time.dateTime)))
  for (const time of document.querySelectorAll('time[data-age]')) {
    const age = at - Date.parse(time.dateTime)
    write(time, duration(age))
    time.parentElement.dataset.level = age > LOST_MS ? 'lost' : age > LATE_MS ? 'late' : 'ok'
  }
  watch()
}

// --- The stream. A beat comes every 5 s; nothing for 15 s, or a broken stream, is said at once.

const banner = document.getElementById('connection')
const live = document.getElementById('live')
let heardAt = Date.now()
let broken = false
let ended = false
let connection = null

function heard() {
  heardAt = Date.now()
  broken = false
  watch()
}

function watch() {
  const silence = Date.now() - heardAt
  const lost = ended || broken || (silence > SILENT_MS && !document.hidden)
  banner.hidden = !lost
  for (const words of banner.querySelectorAll('[data-when]')) words.hidden = (words.dataset.when === 'ended') !== ended
  for (const place of banner.querySelectorAll('[data-silence]')) write(place, duration(silence))
  root.toggleAttribute('data-silent', lost && silence > OLD_MS)
  // A connection that died without a word never ends by itself: end it, so that the next one begins.
  if (lost && !broken && !ended && silence > SILENT_MS) {
    broken = true
    connection?.reader?.cancel()
  }
}

document.addEventListener('htmx:sse:before:connection', (event) => {
  connection = event.detail.connection
  if (ended) connection.cancelled = true
})
// Who logs out ends the session before the page is gone: what is on its way would be refused, so nothing is, and nothing sets out.
// First what htmx would take for a fault.
document.addEventListener('submit', (event) => {
  if (!event.target.action.endsWith('/logout')) return
  live.dispatchEvent(new Event('htmx:abort'))
  connection?.abortController.abort()
  live.remove()
  stop()
})
addEventListener('pageshow', () => live.isConnected || location.reload())
document.addEventListener('htmx:sse:after:connection', heard)
document.addEventListener('htmx:sse:before:message', heard)
document.addEventListener('htmx:sse:after:message', tick)
document.addEventListener('htmx:sse:error', (event) => lose(event.detail.status))
document.addEventListener('htmx:sse:close', () => lose())
// The first request of all: the extension begins to reconnect by itself only after that one.
document.addEventListener('htmx:response:error', (event) => again(event.detail.ctx.response.status))
document.addEventListener('htmx:error', (event) => event.target === live && again())

function lose(status) {
  if (document.hidden || !live.isConnected) return
  // There is no such page any more: its address says what there is.
  if (status === 404) return location.reload()
  broken = true
  ended ||= status === 401
  watch()
}

function again(status) {
  lose(status)
  if (!ended) setTimeout(() => live.dispatchEvent(new Event('windbox:connect')), 2000)
}

live.addEventListener('beat', (event) => {
  const beat = JSON.parse(event.detail.data)
  offset = beat.now - Date.now()
  // Another build answers: its fragments belong to its own page.
  if (beat.build !== page.build) location.reload()
})

// --- Lists. One that somebody points at, or is in, does not move; what came meanwhile is shown when it is left.

const held = new Map()
const pointed = matchMedia('(hover: hover)').matches ? ':is(:hover, :focus-within)' : ':focus-within'

document.addEventListener('htmx:before:swap', ({ detail: { tasks } }) => {
  for (const task of tasks.splice(0)) {
    const id = task.target?.id
    if (task.target?.matches?.(`[data-hold]${pointed}`)) held.set(id, task.fragment)
    else {
      held.delete(id)
      tasks.push(task)
    }
  }
  sayHeld()
})

function release() {
  for (const [id, fragment] of held) {
    const list = document.getElementById(id)
    if (list?.matches(pointed)) continue
    held.delete(id)
    list?.replaceWith(fragment)
  }
  sayHeld()
}

function sayHeld() {
  for (const sign of document.querySelectorAll('[data-held]')) sign.hidden = !held.has(sign.dataset.held)
}

document.addEventListener('pointerover', () => held.size > 0 && release())
document.addEventListener('focusin', () => held.size > 0 && release())
document.documentElement.addEventListener('pointerleave', () => held.size > 0 && setTimeout(release))

document.addEventListener('visibilitychange', () => {
  if (!document.hidden) heard()
})

// --- Looks.

document.addEventListener('click', (event) => {
  const link = event.target.closest?.('[data-theme-switch]')
  if (!link) return
  event.preventDefault()
  const dark = root.dataset.theme ? root.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches
  root.dataset.theme = dark ? 'light' : 'dark'
  document.cookie = `windbox_theme=${root.dataset.theme}; path=/dashboard; max-age=31536000; samesite=lax`
})

// --- Copying.

document.addEventListener('click', async (event) => {
  const button = event.target.closest?.('[data-copy]')
  if (!button) return
  await navigator.clipboard.writeText(button.parentElement.querySelector('pre').textContent)
  button.lastElementChild.textContent = button.dataset.copy
  button.title = button.dataset.copy
})

// A script may have changed the address since the page was made: the other language is of what is shown now.
document.addEventListener('click', (event) => {
  const link = event.target.closest?.('.tools a[hreflang]')
  if (!link || event.ctrlKey || event.metaKey) return
  event.preventDefault()
  location.assign(`${location.search ? `${location.search}&` : '?'}lang=${link.hreflang}`)
})

// --- Keys. Single letters work outside fields only, and can be switched off.

const MACHINES = ['u-171', 'u-172', 'f-171', 'f-172', 'x-171', 'x-172']
/** After `g`. */
const PLACES = { o: '', t: '/trends', d: '/devices', e: '/events', c: '/control', l: '/dead-letters' }
const help = document.getElementById('keys')
const single = document.getElementById('keys-single')
let afterG = -Infinity

single.checked = localStorage.getItem('windbox-keys') !== 'off'
single.addEventListener('change', () => localStorage.setItem('windbox-keys', single.checked ? 'on' : 'off'))
document.querySelector('[data-help]')?.addEventListener('click', () => help.showModal())

const SIGNS = { BracketLeft: '[', BracketRight: ']' }

/** The key as an English keyboard has it: under another alphabet the same one brings another letter. */
function englishKey({ key, code }) {
  if (code === 'Slash' && (key === '.' || key === ',')) return key === '.' ? '/' : '?'
  if (key.length !== 1 || key <= '~') return key
  const letter = /^Key(.)$/.exec(code)?.[1]
  if (letter === undefined) return SIGNS[code] ?? key
  return key === key.toLowerCase() ? letter.toLowerCase() : letter
}

// Before all who listen, the scripts of single pages too.
addEventListener(
  'keydown',
  (event) => {
    if (!event.target.closest?.('input, textarea, select'))
      Object.defineProperty(event, 'key', { value: englishKey(event) })
  },
  true,
)

/** The dialog that is seen: one of a page that has gone meanwhile is open and not there. */
const openDialog = () => [...document.querySelectorAll('.dialog:popover-open')].find((one) => one.checkVisibility())

document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.target.closest('input, textarea, select, dialog')) return
  if (openDialog()) return
  if (event.key === '?') return help.showModal()
  if (!single.checked) return
  const second = event.timeStamp - afterG < 1500
  afterG = event.key === 'g' ? event.timeStamp : -Infinity
  if (second && event.key === 'm') go(document.querySelector('.sidenav a[href^="/dashboard/exhausters/"]').href)
  else if (event.key === 'j' || event.key === 'k') step(event.key === 'j' ? 1 : -1)
  else if (second && PLACES[event.key] !== undefined) go(`/dashboard${PLACES[event.key]}`)
  else if (MACHINES[event.key - 1]) go(`/dashboard/exhausters/${MACHINES[event.key - 1]}`)
})

// A popover leaves the page behind it alive: the focus goes round within it.
document.addEventListener('keydown', (event) => {
  const dialog = event.key === 'Tab' && openDialog()
  if (!dialog) return
  const places = [...dialog.querySelectorAll('input:not([type=hidden]), select, textarea, button, a[href]')]
  const [from, to] = event.shiftKey ? [places[0], places.at(-1)] : [places.at(-1), places[0]]
  if (dialog.contains(document.activeElement) && document.activeElement !== from) return
  event.preventDefault()
  to.focus()
})

/** To the next row of the page's lists, or the one before; Enter opens it. */
function step(by) {
  const links = [...document.querySelectorAll('main .table tbody tr a:first-of-type')]
  const at = links.indexOf(document.activeElement)
  links[Math.min(links.length - 1, Math.max(0, at + by))]?.focus()
}

const go = (where) => location.assign(where)

document.addEventListener('keydown', (event) => {
  if (event.key !== 'Escape') return
  for (const open of document.querySelectorAll('.menu[open], .bottombar details[open]')) open.open = false
})

tick()
setInterval(tick, 1000)
