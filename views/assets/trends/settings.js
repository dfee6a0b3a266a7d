/** What the server says to this page: what its address asks for, rules, names and words. */
export const settings = JSON.parse(document.querySelector('[data-trends]').dataset.trends)

const page = JSON.parse(document.querySelector('meta[name="windbox"]').content)

/** The zone of all times that are shown. */
export const { timeZone } = page

let offset = page.now - Date.now()
document.getElementById('live').addEventListener('beat', (event) => {
  offset = JSON.parse(event.detail.data).now - Date.now()
})

/** The moment that the plant is at, epoch ms; on a replay the newest one of the recording. */
export const present = () =>
  settings.replay ? Date.parse(document.querySelector('#clock time').dateTime) : Date.now() + offset

/** The moment of the newest frame, as text that changes with it. */
export const newestFrame = () => {
  const times = document.querySelectorAll('#clock time')
  return times[times.length - 1]?.dateTime
}
