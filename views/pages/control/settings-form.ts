import { DEFAULT_SETTINGS, POSITIONS, TESTS, type LoopDocument } from '../../../actors/control/schema.ts'
import { field, numberInput, textInput } from '../../components/act-form.ts'
import { html, type Html } from '../../html.ts'
import type { Reader } from '../../layout.ts'
import type { View } from '../../view.ts'

/** The settings of a loop as they are, or for a new one. What was filled in and refused stands there again. */
export function settingsFields({ text }: View, { shown }: Reader, loop: LoopDocument | null): Html {
  const { control } = text
  const { interval_s, alpha, test, manipulator, interlock, dry_run } = loop ?? DEFAULT_SETTINGS
  // The page has another form: only this one has an interval.
  const filled = shown.fields?.interval_s === undefined ? undefined : shown.fields
  const textOf = (name: string, now: string | number | null | undefined) => filled?.[name] ?? String(now ?? '')
  const check = (name: string, now: boolean, words: string) =>
    html`<label class="check"
      ><input
        type="checkbox"
        name="${name}"
        ${(filled ? filled[name] === 'on' : now) && html` checked`}
      />${words}</label
    >`
  const select = (name: string, now: string, options: readonly (readonly [value: string, words: string])[]) =>
    html`<select class="input" name="${name}">
      ${options.map(([value, words]) => html`<option value="${value}" ${value === textOf(name, now) && html` selected`}>${words}</option>`)}
    </select>`
  const number = (name: string, now: number | null | undefined, more: Parameters<typeof numberInput>[2]) =>
    numberInput(name, textOf(name, now), more)
  return html`<div class="pair">
      ${field(control.intervalField, number('interval_s', interval_s, { min: 1, max: 86_400, required: true, first: true }))}
      ${field(control.alpha, number('alpha', alpha, { min: 0, max: 1, step: 'any', required: true }))}
    </div>
    ${field(
      control.test,
      select(
        'test',
        test,
        TESTS.map((one) => [one, control.tests[one]]),
      ),
    )}
    ${check('dry_run', dry_run, control.dryRunField)}
    <div class="pair">
      ${field(control.host, textInput('host', textOf('host', manipulator?.host), { max: 253 }), control.hostHint)}
      ${field(control.port, number('port', manipulator?.port, { min: 1, max: 65_535 }))}
    </div>
    <div class="pair">
      ${field(control.timeout, number('timeout_ms', manipulator?.timeout_ms ?? 1000, { min: 50, max: 30_000 }))}
      ${check('acknowledge', manipulator?.acknowledge ?? false, control.acknowledge)}
    </div>
    <div class="pair">
      ${field(
        control.interlock,
        select('safe', interlock?.status ?? '', [
          ['', control.noInterlock],
          ...POSITIONS.map((one): [string, string] => [one, control.interlockHolds[one]]),
        ]),
      )}
      ${field(control.silenceField, number('silence_s', interlock?.silence_s, { min: 1, max: 86_400 }))}
    </div>
    ${check('engaged', interlock?.engaged ?? false, control.engaged)}`
}
