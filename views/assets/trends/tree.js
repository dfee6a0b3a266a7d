import { fill } from './figures.js'
import { settings } from './settings.js'

const { rules, words, machines } = settings
const root = document.getElementById('signals')
const boxes = new Map([...root.querySelectorAll('input[name=signal]')].map((box) => [box.value, box]))

/** The box of a signal, with what the page knows of it: name, short name, digits, where its present value stands. */
export const boxOf = (name) => boxes.get(name)

/** `F-171, Bearing 8: temperature` */
export const titleOf = (name) => `${machines[name.split('/')[0]]}, ${boxOf(name).dataset.name}`

/** Checks what is chosen, and says at each machine how much it is. */
export function showChosen(signals) {
  for (const [name, box] of boxes) box.checked = signals.includes(name)
  for (const machine of root.querySelectorAll(':scope > details')) {
    const count = machine.querySelectorAll('input:checked').length
    const badge = machine.querySelector('[data-count]')
    badge.hidden = count === 0
    badge.textContent = fill(words.chosen, { count, most: rules.most })
  }
}

/** Opens the way to what is chosen. */
export function openChosen(signals) {
  for (const name of signals)
    for (let part = boxOf(name)?.closest('details'); part; part = part.parentElement.closest('details'))
      part.open = true
}

/** Tells of each box that is checked or cleared: `toggled(name, checked)`. */
export function listenToTree(toggled) {
  root.addEventListener('change', ({ target }) => target.name === 'signal' && toggled(target.value, target.checked))
  document.getElementById('find').addEventListener('input', ({ target }) => filter(target.value.trim().toLowerCase()))
}

/** Leaves what has all the words of a search in the names of machine, part and signal. */
function filter(text) {
  const wanted = text.split(/\s+/).filter(Boolean)
  for (const machine of root.querySelectorAll(':scope > details')) {
    let any = false
    for (const part of machine.querySelectorAll(':scope > details')) {
      let found = false
      for (const leaf of part.querySelectorAll('.leaf')) {
        const said =
          `${machine.dataset.machine} ${part.querySelector('summary').textContent} ${leaf.title}`.toLowerCase()
        leaf.hidden = !wanted.every((word) => said.includes(word))
        found ||= !leaf.hidden
      }
      part.hidden = !found
      if (wanted.length > 0) part.open = found
      any ||= found
    }
    machine.hidden = !any
    if (wanted.length > 0) machine.open = any
  }
  if (wanted.length === 0)
    for (const part of root.querySelectorAll('details')) part.open = part.querySelector('input:checked') !== null
}
