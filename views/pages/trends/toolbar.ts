import { icon, type IconName } from '../../components/sprite.ts'
import { html, type Content, type Html } from '../../html.ts'
import type { View } from '../../view.ts'
import { addressOf, csvAddressOf, following, PATH, shifted } from './address.ts'
import { UNITS, type TrendModel, type TrendWish, type Unit } from './model.ts'
import { autoStep, stepsOf } from './steps.ts'

/** The moment as a `datetime-local` field has it, on the plant's clock. */
function fieldOf({ timeZone }: View, at: number): string {
  const parts = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' }).format(at)
  return parts.replace(' ', 'T')
}

const square = (name: string, label: string, sign: IconName, more?: Content): Html =>
  html`<button type="button" class="btn square" data-do="${name}" aria-label="${label}" title="${label}" ${more}>
    ${icon(sign)}
  </button>`

const unitWord = ({ time }: View['text'], unit: Unit) => ({ min: time.minute, h: time.hour, d: time.day })[unit]

/** The interval in either mode, shift, step, zoom, and the way to a file. Without a script it is a form like any other. */
export function toolbar(view: View, { wish }: TrendModel): Html {
  const { trends } = view.text
  const present = view.now
  return html`<form class="toolbar" id="trend" method="get" action="${PATH}" autocomplete="off">
    ${modes(view, wish)}
    <label class="field">
      <span>${trends.start}</span>
      <input class="input" type="datetime-local" name="from" value="${fieldOf(view, wish.from)}" />
    </label>
    <div class="field of-span">
      <span id="length-label">${trends.length}</span>
      <span class="group">
        <input
          class="input length"
          type="number"
          name="length"
          value="${wish.length}"
          min="1"
          max="44640"
          step="any"
          aria-labelledby="length-label"
        />
        <select class="input" name="unit" aria-label="${trends.lengthUnit}">
          ${(Object.keys(UNITS) as Unit[]).map((unit) => html`<option value="${unit}" ${unit === wish.unit && html` selected`}>${unitWord(view.text, unit)}</option>`)}
        </select>
      </span>
    </div>
    <label class="field of-range">
      <span>${trends.end}</span>
      <input class="input" type="datetime-local" name="to" value="${fieldOf(view, wish.to)}" />
    </label>
    <label class="field"><span>${trends.step}</span>${steps(view, wish)}</label>
    <button class="btn primary only-without-script">${trends.show}</button>
    <nav class="group" aria-label="${trends.shift}">
      <a
        class="btn square"
        href="${addressOf(shifted(wish, -1, present))}"
        data-do="back"
        aria-label="${trends.back}"
        title="${trends.back}"
        >${icon('left')}</a
      ><a
        class="btn"
        href="${addressOf(following(wish, present))}"
        data-do="now"
        title="${trends.nowHint}"
        ${wish.follow && html` aria-current="true"`}
        >${trends.now}</a
      ><a
        class="btn square"
        href="${addressOf(shifted(wish, 1, present))}"
        data-do="forward"
        aria-label="${trends.forward}"
        title="${trends.forward}"
        >${icon('right')}</a
      >
    </nav>
    <div class="group needs-script" role="group" aria-label="${trends.zoom}">
      ${square('in', trends.zoomIn, 'plus')}${square('out', trends.zoomOut, 'minus')}${square('area', trends.area, 'zoom', html` aria-pressed="true"`)}${square('reset', trends.reset, 'reset')}
    </div>
    <a
      class="btn square end"
      ${wish.signals.length > 0 ? html`href="${csvAddressOf(wish)}"` : html`aria-disabled="true"`}
      role="link"
      data-do="csv"
      aria-label="${trends.csv}"
      title="${trends.csv}"
      >${icon('download')}</a
    >
  </form>`
}

function modes({ text }: View, { mode }: TrendWish): Html {
  const { trends } = text
  const one = (name: TrendWish['mode'], word: string, hint: string) =>
    html`<label class="btn" title="${hint}"
      ><input
        class="hidden"
        type="radio"
        name="mode"
        value="${name}"
        ${mode === name && html` checked`}
      />${word}</label
    >`
  return html`<fieldset class="field">
    <legend>${trends.mode}</legend>
    <span class="group"
      >${one('span', trends.span, trends.spanHint)}${one('range', trends.range, trends.rangeHint)}</span
    >
  </fieldset>`
}

/** The steps that this interval may have. The script writes them anew when the interval changes. */
function steps({ text }: View, { from, to, step }: TrendWish): Html {
  const word = (seconds: number) =>
    seconds < 3600 ? `${seconds / 60}\u00a0${text.time.minute}` : `${seconds / 3600}\u00a0${text.time.hour}`
  return html`<select class="input" name="step">
    <option value="" ${step === null && html` selected`}>${text.trends.stepAuto}, ${word(autoStep(to - from))}</option>
    ${stepsOf(to - from).map((one) => html`<option value="${one}" ${one === step && html` selected`}>${word(one)}</option>`)}
  </select>`
}
