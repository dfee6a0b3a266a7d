import { assetUrl, moduleUrls } from '../../assets.ts'
import { said } from '../../components/said.ts'
import { icon, mark } from '../../components/sprite.ts'
import { topbarFragments } from '../../components/topbar.ts'
import { html, type Html } from '../../html.ts'
import { place, type Fragments, type LivePage } from '../../layout.ts'
import type { View } from '../../view.ts'
import type { PlantModel } from '../model.ts'
import { addressOf } from './address.ts'
import { MOST_SIGNALS, nameOf, UNITS, type TrendModel } from './model.ts'
import { ENOUGH_POINTS, LONGEST_MS, SHORTEST_MS, STEP_RULES } from './steps.ts'
import { legend, machineNames } from './table.ts'
import { toolbar } from './toolbar.ts'
import { tree, treeFragments } from './tree.ts'

/** What lives on the page: the top bar and the present values of the tree. The chart goes on by itself. */
export const trendFragments = (view: View, model: PlantModel): Fragments =>
  new Map([...topbarFragments(view, model), ['said', said(view, model)], ...treeFragments(view, model)])

/** Signals over time: what can be drawn at the side, then interval, chart and legend. */
export function trendPage(view: View, model: TrendModel): LivePage {
  const { trends } = view.text
  const fragments = trendFragments(view, model.plant)
  return {
    section: 'trends',
    path: addressOf(model.wish),
    title: trends.title,
    fragments,
    head: html`<script src="${assetUrl('uplot.js')}" defer></script>
      ${moduleUrls('trends').map((url) => html`<link rel="modulepreload" href="${url}" />`)}
      <script src="${assetUrl('trends-main.js')}" type="module"></script>`,
    main: html`${place(fragments, 'said')}
      <div class="trend-page" data-trends="${settings(view, model)}">
        ${tree(view, model.wish, fragments)}
        <section class="card chart" aria-labelledby="trend-title">
          <h1 class="hidden" id="trend-title">${trends.title}</h1>
          ${toolbar(view, model)} ${problem(view, model)} ${OLD} ${empty(view, model)} ${failed(view, model)}
          <div
            class="plots needs-script"
            id="plots"
            tabindex="0"
            role="group"
            aria-label="${trends.chart}. ${trends.chartHint}"
          ></div>
          <p class="hidden" id="reading" aria-live="polite"></p>
          <div class="strip needs-script" id="strip" aria-hidden="true" hidden></div>
          ${legend(view, model)}
          <footer class="needs-script" id="chart-note">&nbsp;</footer>
        </section>
      </div>`,
  }
}

function problem({ text }: View, { problem }: TrendModel): Html {
  return html`<p
    class="error notice"
    id="trend-problem"
    data-status="alarm"
    role="alert"
    ${problem === null && html` hidden`}
  >
    ${mark('alarm')}<span>${problem && text.trends.problem[problem]}</span>
  </p>`
}

const OLD = html`<p class="old notice" id="trend-old" data-status="unknown" role="status" hidden>
  ${mark('unknown')}<span></span>
</p>`

const empty = ({ text }: View, { wish }: TrendModel): Html =>
  html`<div class="state" id="trend-empty" ${wish.signals.length > 0 && html` hidden`}>
    ${icon('trends')}
    <h2>${text.trends.empty}</h2>
    <p>${text.trends.emptyHint}</p>
    <a class="btn" href="#signals">${text.trends.toTree}</a>
  </div>`

const failed = ({ text }: View, model: TrendModel): Html =>
  html`<div class="state" id="trend-failed" role="alert" ${model.lines !== null && html` hidden`}>
    ${icon('off')}
    <h2>${text.trends.failed}</h2>
    <p>${text.trends.failedHint}</p>
    <a class="btn" href="${addressOf(model.wish)}" data-do="again">${text.problem.again}</a>
  </div>`

/** What the script needs: what the address asks for, as this page understands it, the rules, and the words that it writes itself. */
function settings(view: View, { plant, wish }: TrendModel): string {
  const { text } = view
  const { trends, time } = text
  return JSON.stringify({
    wish: { ...wish, signals: wish.signals.map(nameOf) },
    replay: plant.plant.clock === 'replay',
    rules: {
      steps: STEP_RULES,
      enough: ENOUGH_POINTS,
      most: MOST_SIGNALS,
      shortestMs: SHORTEST_MS,
      longestMs: LONGEST_MS,
    },
    units: UNITS,
    machines: machineNames(view),
    unitNames: text.units,
    signs: text.number,
    months: time.months,
    words: {
      ...time,
      remove: trends.remove,
      auto: trends.stepAuto,
      on: text.mnemonic.on,
      off: text.mnemonic.off,
      none: trends.none,
      gaps: trends.gaps,
      gap: trends.gap({ from: '{from}', to: '{to}' }),
      gapsMore: trends.gapsMore({ count: '{count}' }),
      chosen: trends.chosen({ count: '{count}', most: '{most}' }),
      loading: trends.loading,
      chartHint: trends.chartHint,
      old: trends.old({ at: '{at}' }),
      problem: trends.problem,
      status: text.status,
    },
  })
}
